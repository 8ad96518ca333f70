// Which transport to use: socket, long poll or poll, on evidence only. Pure.
// Twin of sdks/python/kefu_client/ladder.py; tests/vectors/ladder.json drives both. docs/heartbeat.md says why.

/** 0 socket, 1 long poll, 2 poll: numbers, since the widget counts its bytes. */
export type Rung = 0 | 1 | 2;

const BAD_MARKS = 2;
const RETRIES_MS = [30_000, 60_000, 120_000, 300_000, 600_000];
/** A socket that lived this long works here: what kills it later says nothing against sockets. */
const PROVEN_MS = 60_000;

/** Pause between plain polls, by how long nothing has happened. */
export const pollPause = (quietMs: number): number => (quietMs < 60_000 ? 3_000 : 10_000);

/** An end before hello speaks against the rung, unless it is the server's own word: try later, signed out. */
export const isEvidence = (code: number): boolean => code !== 1013 && code <= 4400;

export class Ladder {
  private at: Rung = 0;
  private marks = 0;
  /** Marks for links that opened and went silent: opening again does not disprove them. */
  private silent = 0;
  private worked = false;
  private openedAt = Infinity;
  private step = 0;
  private retryAt = 0;

  /** For the next attempt, or in use. */
  rung(): Rung {
    return this.at;
  }

  /** The one to try beside the working lower one. Long poll has its turn too, in case sockets never come. */
  upper(): Rung {
    return this.at > 1 && this.step % 2 ? 1 : 0;
  }

  retryIn(now: number): number | null {
    return this.at && this.worked ? Math.max(0, this.retryAt - now) : null;
  }

  /** Hello came, or a parked request was answered. */
  opened(rung: Rung, now: number): void {
    if (rung || this.at) this.silent = 0;
    if (rung < this.at || !this.worked) {
      this.at = rung;
      this.worked = true;
      this.retryLater(now);
    }
    this.marks = this.silent;
    this.openedAt = now;
  }

  /** Refused, timed out, or cut before hello. */
  failed(rung: Rung, now: number): void {
    if (rung < this.at) {
      this.step++;
      this.retryLater(now);
    } else if (!this.at) {
      if (++this.marks >= BAD_MARKS) this.go(1);
    } else if (!this.worked || ++this.marks >= BAD_MARKS) {
      // Nothing gets through, so the network is away, which is no evidence against sockets.
      this.go(0);
      this.marks = 1;
    }
  }

  /** Was open, then a probe or a parked request had no answer. */
  probeDead(rung: Rung, now: number): void {
    if (rung < this.at) return this.failed(rung, now);
    this.closed(rung, now);
    if ((this.marks = ++this.silent) >= BAD_MARKS) this.go(rung > 1 ? 0 : ((rung + 1) as Rung));
  }

  /** An ordinary end: no evidence. */
  closed(rung: Rung, now: number): void {
    if (rung < this.at) this.retryLater(now);
    else if (!rung && now - this.openedAt >= PROVEN_MS) this.silent = this.marks = this.step = 0;
    if (!rung) this.openedAt = Infinity;
  }

  /** Online, visible: perhaps another network. */
  wake(now: number): void {
    this.retryAt = now;
  }

  private go(rung: Rung): void {
    this.at = rung;
    this.marks = this.silent = 0;
    this.worked = false;
  }

  private retryLater(now: number): void {
    this.retryAt = now + RETRIES_MS[Math.min(this.step, 4)]!;
  }
}
