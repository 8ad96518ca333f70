// The other brands of the account while one works in this one: what calls there is counted for title and rail, and rung
// for as here. One small question for all of them every few seconds; a socket per brand would cost more than it tells.
import { computed, signal } from "@preact/signals";
import { fetchElsewhere } from "../api";
import type { Calling, Elsewhere, Row } from "../wire";
import { switchBrand } from "./actions";
import { bellOf } from "./bell";
import { newsOf } from "./bells";
import { asHere } from "./brands";
import { ring } from "./notify";
import { me, myId } from "./session";
import { hasOtherBrands } from "./views";

const ASK_MS = 12_000;
/** Looked back so much further: a row may be committed a moment after its time. */
const OVERLAP_MS = 5_000;
const MAX_KNOWN = 300;

export const calling = signal<readonly Calling[]>([]);
export const unreadElsewhere = computed(() => calling.value.reduce((sum, { unread }) => sum + unread, 0));

const known = new Map<string, Row>();
let since: number | null = null;

export function startElsewhere(): void {
  const again = (): void => void setTimeout(() => void ask().finally(again), ASK_MS);
  void ask().finally(again);
}

async function ask(): Promise<void> {
  if (!hasOtherBrands.peek()) return;
  try {
    take(await fetchElsewhere(since));
  } catch {
    // The next answer tells of this time too.
  }
}

function take(answer: Elsewhere): void {
  const silent = calling.peek().filter(({ slug }) => answer.failed.includes(slug));
  calling.value = [...answer.brands, ...silent];
  // A hidden window is woken rarely: all that is new since the last answer is news.
  const freshMs = answer.ts - (since ?? answer.ts);
  for (const row of answer.rows) {
    const there = answer.brands.find(({ slug }) => slug === row.brand);
    if (there) notice(asHere(row, there.agent), there, answer.ts, freshMs);
  }
  for (const id of [...known.keys()].slice(0, Math.max(known.size - MAX_KNOWN, 0))) known.delete(id);
  since = answer.ts - OVERLAP_MS;
}

function notice(row: Row, there: Calling, now: number, freshMs: number): void {
  const event = bellOf(known.get(row.id), row, myId.peek(), now, freshMs);
  known.delete(row.id); // the latest stand last
  known.set(row.id, row);
  if (!event || there.is_there) return;
  const news = newsOf(event, row);
  const brand = me.peek()?.brands.find(({ slug }) => slug === there.slug)?.name ?? there.slug;
  ring({ ...news, title: `${news.title} · ${brand}`, open: () => void switchBrand(there.slug, `/console/c/${row.id}`) });
}
