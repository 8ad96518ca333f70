// Walking the list with j and k. What belongs to this brand opens as one goes; on a row of another brand one only stands
// (it has the focus): Enter opens it there, as a click does.
import { effect, signal } from "@preact/signals";
import { currentListing } from "./inbox";
import { stepFrom } from "./listing";
import { go, route } from "./route";
import { rowOf } from "./rows";

/** The row of another brand that one stands on. */
export const stoodOn = signal<string | null>(null);

export function walk(by: 1 | -1): void {
  const id = stepFrom(currentListing.peek().ids.peek(), stoodOn.peek() ?? route.peek().conversation, by);
  if (!id) return;
  const isElsewhere = Boolean(rowOf(id)?.brand);
  // What was open is closed: keys must not do to it what one means for the row that is marked.
  go({ conversation: isElsewhere ? null : id }, "replace");
  if (isElsewhere) stoodOn.value = id;
}

/** Whoever goes anywhere stands there no more. */
export function startWalking(): void {
  effect(() => {
    route.value;
    stoodOn.value = null;
  });
}
