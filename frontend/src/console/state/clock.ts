// One ticking clock for everything that shows an age. Stands still while nobody looks.
import { signal } from "@preact/signals";

const TICK_MS = 10_000;

export const now = signal(Date.now());

export function startClock(): void {
  const tick = (): void => {
    if (!document.hidden) now.value = Date.now();
  };
  setInterval(tick, TICK_MS);
  document.addEventListener("visibilitychange", tick);
}
