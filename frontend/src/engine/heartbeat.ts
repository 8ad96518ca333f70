// When to probe an idle link, when to give it up, and how long this network lets a link idle. Pure: the engine asks
// and sends. Twin of sdks/python/kefu_client/heartbeat.py; tests/vectors/heartbeat.json drives both. docs/heartbeat.md
// says why.

/** What is worth remembering of a network. Milliseconds. */
export interface Learnt {
  interval: number;
  cap: number;
  strikes: number;
}

interface HeartbeatConfig {
  serverInterval: number;
  ceiling?: number;
  floor?: number;
  learnt?: Learnt | null;
}

type Beat = "wait" | "probe" | "dead";

const PROBES = 3;
/** Past the ceiling the server hears from us whatever it says itself: it ends links that say nothing (docs/heartbeat.md). */
const MUTE_SLACK = 5_000;
/** Clean beats before a longer interval; at the cap four times as many for each strike. */
const CLEAN = 3;

export class Heartbeat {
  private intervalMs: number;
  private capMs: number;
  private strikeCount: number;
  private ceilingMs: number;
  private floorMs: number;
  private cleanBeats = 0;
  /** Gaps of the present interval that this link came through. */
  private streakCount = 0;
  private probeCount = 0;
  /** The idle gap that the first probe ended; 0 where it proves nothing, because the link was not idle that long. */
  private gapMs = 0;
  private nextAt = Infinity;
  private sentAt = 0;
  /** Our last frame or probe. */
  private spokeAt: number;

  constructor(
    { serverInterval, ceiling = 55_000, floor = 5_000, learnt }: HeartbeatConfig,
    private heardAt: number,
  ) {
    this.ceilingMs = ceiling;
    this.floorMs = floor;
    this.capMs = Math.max(floor, Math.min(ceiling, learnt?.cap ?? ceiling));
    this.intervalMs = Math.min(this.capMs, Math.max(floor, learnt?.interval ?? 0, serverInterval));
    this.strikeCount = learnt?.strikes ?? 0;
    this.spokeAt = heardAt;
    this.restFrom(heardAt);
  }

  /** Any frame from the server: a busy link sends no pings, until the server would miss us. */
  heard(now: number): void {
    this.heardAt = now;
    if (this.probeCount && this.gapMs) this.cameThrough();
    this.probeCount = 0;
    this.nextAt = Infinity;
    this.restFrom(now);
  }

  /** A frame of ours keeps the way open, but proves nothing: it postpones the beat once and not for ever. */
  sent(now: number): void {
    this.sentAt = this.spokeAt = now;
    this.restFrom(now);
  }

  /** Waking up, online, a late answer: probe now. */
  doubt(now: number): void {
    if (!this.probeCount) this.nextAt = now;
  }

  /** The server may ask for fewer beats under load, never for more than this network bears. */
  setServerInterval(ms: number, now: number): void {
    this.intervalMs = Math.max(this.intervalMs, Math.min(ms, this.capMs));
    this.restFrom(now);
  }

  dueIn(now: number): number {
    return Math.max(0, this.nextAt - now);
  }

  tick(now: number): Beat {
    // Before what we heard last: somebody set the clock back, and what is due by it may be hours away.
    if (now < this.nextAt && now >= this.heardAt) return "wait";
    if (this.probeCount >= PROBES) {
      this.lost();
      return "dead";
    }
    if (!this.probeCount) {
      const idle = now - Math.max(this.heardAt, this.sentAt);
      this.gapMs = idle < this.intervalMs ? 0 : idle;
    }
    this.spokeAt = now;
    this.nextAt = now + 1_000 * 2 ** this.probeCount++;
    return "probe";
  }

  /**
   * The link broke. With a probe unanswered, its idle gap is to blame, unless the link came through such gaps before:
   * timers in middleboxes do not change their minds. An interval on trial has no such credit.
   */
  lost(): void {
    const cap = Math.max(this.floorMs, Math.floor(this.gapMs * 0.8));
    const isSuspect = this.streakCount < CLEAN || this.intervalMs > this.capMs;
    if (this.probeCount && this.gapMs && isSuspect && cap < Math.max(this.capMs, this.intervalMs)) {
      this.capMs = cap;
      this.intervalMs = Math.min(this.intervalMs, cap);
      this.strikeCount++;
    }
    this.gapMs = 0;
  }

  learnt(): Learnt {
    return { interval: Math.min(this.intervalMs, this.capMs), cap: this.capMs, strikes: this.strikeCount };
  }

  private restFrom(now: number): void {
    if (this.probeCount || this.nextAt <= now) return;
    const idleSince = Math.min(Math.max(this.heardAt, this.sentAt), this.heardAt + this.intervalMs);
    this.nextAt = Math.min(idleSince + this.intervalMs, this.spokeAt + this.ceilingMs + MUTE_SLACK);
  }

  /** An interval above the cap is a trial, and has to last as long as it was put off for. */
  private cameThrough(): void {
    this.streakCount++;
    if (this.probeCount > 1) return;
    const isCapped = this.intervalMs >= this.capMs;
    if (++this.cleanBeats < CLEAN * 4 ** (isCapped ? Math.min(this.strikeCount, 4) : 0)) return;
    this.cleanBeats = 0;
    if (this.intervalMs > this.capMs) {
      this.capMs = this.intervalMs;
      this.strikeCount = 0;
    }
    const longer = Math.min(Math.floor(this.intervalMs * 1.25), isCapped ? this.ceilingMs : this.capMs);
    if (longer > this.intervalMs) this.streakCount = 0;
    this.intervalMs = longer;
  }
}
