// One conversation's unsent messages, in order. The next one goes only after the one before it was settled:
// with several on the way, a refused first and an accepted second would swap their places. Pure.
import type { OutboxEntry } from "./outbox";

/** Refusals that pass by themselves. Everything else is final. */
const PASSING = new Set(["rate_limited", "overloaded", "internal", "disconnected", "stopped", "timeout"]);
/** The link went, or we ended it: whether it was delivered is not known, and the next link takes it up at once. */
const CUT = new Set(["disconnected", "stopped"]);
const MAX_INTERNAL = 5;

type Settled =
  | { kind: "again"; delayMs: number } // the same entry, the same client_id, later
  | { kind: "failed" };

export class Lane {
  entries: readonly OutboxEntry[] = [];
  private busy = false;
  private refusals = 0;

  has(clientId: string): boolean {
    return this.entries.some((entry) => entry.client_id === clientId);
  }

  add(entry: OutboxEntry): void {
    if (!this.has(entry.client_id)) this.entries = [...this.entries, entry];
  }

  /** Entries found in the store at start are older than anything written since. */
  addOlder(entries: OutboxEntry[]): void {
    this.entries = [...entries.filter((entry) => !this.has(entry.client_id)), ...this.entries];
  }

  drop(clientId: string): void {
    this.entries = this.entries.filter((entry) => entry.client_id !== clientId);
  }

  /** The entry to send now, or null. The lane is busy until it is settled. */
  take(): OutboxEntry | null {
    const first = this.entries[0];
    if (!first || this.busy) return null;
    this.busy = true;
    return first;
  }

  acked(entry: OutboxEntry): void {
    this.busy = false;
    this.refusals = 0;
    this.drop(entry.client_id);
  }

  refused(entry: OutboxEntry, code: string, retryAfterS: number | null): Settled {
    this.busy = false;
    this.refusals++;
    if (PASSING.has(code) && !(code === "internal" && this.refusals >= MAX_INTERNAL)) {
      const wait = retryAfterS === null ? Math.min(500 * 2 ** this.refusals, 15_000) : retryAfterS * 1_000;
      return { kind: "again", delayMs: CUT.has(code) ? 0 : wait };
    }
    this.refusals = 0;
    this.drop(entry.client_id);
    return { kind: "failed" };
  }
}
