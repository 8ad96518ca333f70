// Gap tracking for one conversation: what may be shown now, what is held, whether something is missing. Pure.
import type { LogEvent } from "./frames";

/** Events held out of order. Over it they are dropped: the resume that a gap causes brings them again. */
const HELD_LIMIT = 256;

export class SeqTracker {
  private held = new Map<number, LogEvent>();
  private top: number;

  constructor(private lastSeq: number) {
    this.top = lastSeq;
  }

  get last(): number {
    return this.lastSeq;
  }

  /** True when the server is known to have events that we have not shown. */
  get isBehind(): boolean {
    return this.top > this.lastSeq;
  }

  /** Takes one event; answers those that may be delivered now, in order. A repeated one answers nothing. */
  accept(event: LogEvent): LogEvent[] {
    if (event.seq <= this.lastSeq) return [];
    this.noteTop(event.seq);
    if (event.seq === this.lastSeq + 1 || this.held.size < HELD_LIMIT) this.held.set(event.seq, event);
    return this.release();
  }

  /** The server said (pong, resumed) how far the log goes. */
  noteTop(top: number): void {
    if (top > this.top) this.top = top;
  }

  /** A snapshot up to `last` was loaded, whatever came before. Answers held events that follow it. */
  restart(last: number): LogEvent[] {
    this.lastSeq = last;
    for (const seq of this.held.keys()) if (seq <= last) this.held.delete(seq);
    this.top = Math.max(last, ...this.held.keys());
    return this.release();
  }

  private release(): LogEvent[] {
    const ready: LogEvent[] = [];
    for (let next; (next = this.held.get(this.lastSeq + 1)); ) {
      this.held.delete(next.seq);
      this.lastSeq = next.seq;
      ready.push(next);
    }
    return ready;
  }
}
