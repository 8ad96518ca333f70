// What the heartbeat learnt of this network, kept for the next visit.
import type { Learnt } from "./heartbeat";
import { tryStorage } from "./storage";

const KEY = "kefu.beat";

/** Null where nothing is known, storage is refused, or what is there is no longer what we wrote. */
export const recallLearnt = (): Learnt | null =>
  tryStorage((storage) => {
    const { interval, cap, strikes } = JSON.parse(storage.getItem(KEY)!);
    return [interval, cap, strikes].every((value) => value >= 0) ? { interval, cap, strikes } : null;
  });

export function rememberLearnt(learnt: Learnt): void {
  tryStorage((storage) => storage.setItem(KEY, JSON.stringify(learnt)));
}
