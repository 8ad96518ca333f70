// What the heartbeat learnt of this network, kept for the next visit.
import type { Learnt } from "./heartbeat";

const KEY = "kefu.beat";

/** Null where nothing is known, storage is refused, or what is there is no longer what we wrote. */
export function recallLearnt(): Learnt | null {
  try {
    const { interval, cap, strikes } = JSON.parse(localStorage.getItem(KEY)!);
    return [interval, cap, strikes].every((value) => value >= 0) ? { interval, cap, strikes } : null;
  } catch {
    return null;
  }
}

export function rememberLearnt(learnt: Learnt): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(learnt));
  } catch {
    // Then it is learnt again.
  }
}
