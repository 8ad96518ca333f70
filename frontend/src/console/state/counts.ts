// When the numbers beside the views may be believed. They follow each change of a row that is known, and are asked for
// anew where answer and event may have counted the same change, or only one of them has. No I/O.
import { VIEWS, type Counts, type Row, type View } from "../wire";
import { belongs } from "./listing";

export const REFRESH_MS = 2_000;
/** Events come at most so long after what they tell of; counts that are in doubt are asked for again after so long. */
export const SETTLED_MS = 2_000;
export const DOUBT_MS = 5_000;

/** `counts` after a row has changed. */
export function shift(counts: Counts, before: Row, after: Row, agent: string): Counts {
  const changed = { ...counts };
  const change = (name: View | "unread", by: number): void => void (changed[name] = Math.max(changed[name] + by, 0));
  for (const view of VIEWS) change(view, Number(belongs(view, after, agent)) - Number(belongs(view, before, agent)));
  const unread = (row: Row): number => (belongs("mine", row, agent) ? row.unread : 0);
  change("unread", unread(after) - unread(before));
  return changed;
}

export class Doubts {
  /** How often the counts followed a change; tells whether an answer is older than what is known. */
  changes = 0;
  private takenAt = -Infinity;

  constructor(
    private readonly askAgain: (afterMs: number) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /** The counts followed a change. */
  changed(): void {
    this.changes++;
    // The server may have counted this change already, before its event was here: then it has been counted twice.
    if (this.now() - this.takenAt < SETTLED_MS) this.askAgain(DOUBT_MS);
  }

  /** May an answer be taken that was asked for when there were `since` changes? One that is older would undo what is known. */
  accept(since: number): boolean {
    if (since !== this.changes) {
      this.askAgain(REFRESH_MS);
      return false;
    }
    this.takenAt = this.now();
    return true;
  }
}
