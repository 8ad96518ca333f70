// How many conversations each view holds: the server's counts, which follow what is told of in between.
import { computed, signal } from "@preact/signals";
import { fetchRows } from "../api";
import type { Counts, Row } from "../wire";
import { Doubts, REFRESH_MS, shift } from "./counts";
import { refreshing } from "./refreshing";
import { watchChanges } from "./rows";
import { me, myId } from "./session";

export const counts = signal<Counts>({ mine: 0, unassigned: 0, all: 0, mentions: 0, snoozed: 0, closed: 0, unread: 0 });
export const unreadMine = computed(() => counts.value.unread);

const doubts = new Doubts((afterMs) => refreshSoon(afterMs));

/** What an answer is asked for with: one that is older than what was told meanwhile is not taken. */
export const toldSoFar = (): number => doubts.changes;

/** Follows each change of a row that was known: the server's counts stay right in between. */
function recount(before: Row, after: Row): void {
  counts.value = shift(counts.peek(), before, after, myId.peek());
  doubts.changed();
}

export function takeCounts(found: Counts | undefined, since: number): void {
  if (found && doubts.accept(since)) counts.value = found;
}

/** How many mentions are unseen, told by an event or by an answer that was asked for at `since`. */
export function takeMentions(unseen: number, since = toldSoFar()): void {
  if (since !== toldSoFar()) refreshSoon();
  counts.value = { ...counts.peek(), mentions: unseen };
  doubts.changed();
}

let refreshTimer = 0;

export function refreshSoon(afterMs = REFRESH_MS): void {
  refreshTimer ||= window.setTimeout(() => {
    refreshTimer = 0;
    refreshCounts().catch(() => {}); // the next event or reconnect asks again
  }, afterMs);
}

async function refreshCounts(): Promise<void> {
  const since = toldSoFar();
  takeCounts((await fetchRows("mine", { limit: 1 })).counts, since);
}

/** For what no event tells of: mentions that were seen in another window. */
export const freshenCounts = refreshing(refreshCounts);

export function startTally(): void {
  counts.value = me.peek()?.counts ?? counts.peek();
  watchChanges(recount);
}
