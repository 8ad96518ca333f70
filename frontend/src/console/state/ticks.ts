// The rows that are ticked in the list, and the walk of a range. `rangeOf` is pure.
import { signal } from "@preact/signals";

/** The server does so many at once. */
export const MAX_TICKED = 200;

export const ticked = signal<ReadonlySet<string>>(new Set());
let anchor: string | null = null;

/** All ids between two, both included; only `to` where `from` is not in the list. */
export function rangeOf(ids: readonly string[], from: string | null, to: string): readonly string[] {
  const [a, b] = [from === null ? -1 : ids.indexOf(from), ids.indexOf(to)];
  if (a < 0 || b < 0) return [to];
  return ids.slice(Math.min(a, b), Math.max(a, b) + 1);
}

/** Ticks or unticks one; with `isRange` all up to it become as the one that was ticked before it. */
export function tick(id: string, ids: readonly string[], isRange = false): void {
  const next = new Set(ticked.peek());
  if (isRange && anchor !== null && ids.includes(anchor)) {
    const isOn = next.has(anchor);
    for (const one of rangeOf(ids, anchor, id)) if (isOn) next.add(one); else next.delete(one);
  } else if (next.has(id)) next.delete(id);
  else next.add(id);
  anchor = id;
  ticked.value = new Set([...next].slice(0, MAX_TICKED));
}

export const tickAll = (ids: readonly string[]): void => void (ticked.value = new Set(ids.slice(0, MAX_TICKED)));

export function untickAll(): void {
  anchor = null;
  if (ticked.peek().size) ticked.value = new Set();
}

export function untick(id: string): void {
  if (!ticked.peek().has(id)) return;
  ticked.value = new Set([...ticked.peek()].filter((one) => one !== id));
}
