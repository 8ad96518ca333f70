// When to probe a silent connection, and when to give it up. Pure: the engine asks and sends.

/** Waits after the 1st, 2nd and 3rd unanswered probe; silence after the last means dead. */
const PROBE_WAITS_MS = [1_000, 2_000, 4_000];

export type Beat = "wait" | "probe" | "dead";

export class Heartbeat {
  private probes = 0;
  private nextAt: number;

  constructor(
    private intervalMs: number,
    now: number,
  ) {
    this.nextAt = now + intervalMs;
  }

  /** Any frame from the server counts: a busy link sends no pings. */
  heard(now: number): void {
    this.probes = 0;
    this.nextAt = now + this.intervalMs;
  }

  /** The server may stretch the interval under load. */
  setInterval(ms: number, now: number): void {
    this.intervalMs = ms;
    this.heard(now);
  }

  /** Something made us doubt the link (waking up, a late answer): probe now instead of at the next beat. */
  doubt(now: number): void {
    if (this.probes === 0) this.nextAt = now;
  }

  dueIn(now: number): number {
    return Math.max(0, this.nextAt - now);
  }

  tick(now: number): Beat {
    if (now < this.nextAt) return "wait";
    const wait = PROBE_WAITS_MS[this.probes];
    if (wait === undefined) return "dead";
    this.probes++;
    this.nextAt = now + wait;
    return "probe";
  }
}
