// Keys of the list: tick the open row (or the first), tick up to it, snooze, mark as unread, filter.
import { signal } from "@preact/signals";
import { areFiltersOpen } from "../parts/inbox/Filters";
import { currentListing, idsOfHere } from "./inbox";
import { bindKeys } from "./keys";
import { markUnread } from "./marks";
import { route } from "./route";
import { tick, ticked, untickAll } from "./ticks";
import { isMerged } from "../wire";
import { stoodOn } from "./walk";

/** Grow when a key asks for the choice of times: for the open conversation, for those that are ticked. */
export const snoozeWish = signal(0);
export const snoozeTickedWish = signal(0);

function tickOpen(isRange: boolean): void {
  if (stoodOn.peek()) return; // what is done to many is done in one brand
  const ids = idsOfHere(currentListing.peek());
  const { conversation } = route.peek();
  const id = conversation && ids.includes(conversation) ? conversation : ids[0];
  if (id) tick(id, ids, isRange);
}

const chosen = (): string[] => {
  const { conversation } = route.peek();
  return ticked.peek().size ? [...ticked.peek()] : conversation ? [conversation] : [];
};

export function bindInboxKeys(): void {
  bindKeys(
    { group: "move", keys: ["x"], label: "keyTick", run: () => tickOpen(false) },
    { group: "move", keys: ["X"], shown: "Shift+X", label: "keyTickRange", run: () => tickOpen(true) },
    { group: "move", keys: ["g"], label: "keyFilters", run: () => void (isMerged(route.peek().view) || (areFiltersOpen.value = true)) },
    { group: "conversation", keys: ["s"], label: "keySnooze", run: () => chosen().length && (ticked.peek().size ? snoozeTickedWish : snoozeWish).value++ },
    { group: "conversation", keys: ["u"], label: "keyUnread", run: () => chosen().length && void markUnread(chosen()) },
  );
  // Escape, where nothing nearer takes it: what is ticked is let go.
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open], [role=menu]")) return;
    if (!(event.target as HTMLElement).matches?.("input:not([type=checkbox]), textarea")) untickAll();
  });
}
