// One ticking clock for everything that shows an age, which stands still while nobody looks; and the server's clock.
import { signal } from "@preact/signals";

const TICK_MS = 10_000;

let clockAhead = 0;

/** The server's time as far as it is known: what two devices, or rows and this page, are compared by. */
export const serverNow = (): number => Date.now() + clockAhead;

/** By the server's clock: ages and deadlines are of times that it gave. */
export const now = signal(serverNow());

export function noteServerTime(serverTs: number): void {
  clockAhead = serverTs - Date.now();
  now.value = serverNow();
}

export function startClock(): void {
  const tick = (): void => {
    if (!document.hidden) now.value = serverNow();
  };
  setInterval(tick, TICK_MS);
  document.addEventListener("visibilitychange", tick);
}
