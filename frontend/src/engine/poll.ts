// Long poll and plain poll: `GET …/events` brings frames, `POST …/frames` takes them. The positions that a GET asks
// with are the acknowledgement, so there is nothing to lose between two of them. docs/realtime.md has the rules.
import { toFrame } from "./frames";
import type { Frame } from "./frames";
import { pollPause } from "./ladder";
import type { Line, Network, Peer, Transport } from "./transport";

const PARKED_S = 25;
const LATE_MS = 10_000;
/** What one POST may carry is 50 frames and 256 KB: so many of the longest messages, whatever their script. */
const BATCH = 15;

interface Answer {
  frames: unknown[];
  ts?: number;
}

const idsOf = (positions: [string, number][]): string => positions.map(([id]) => id).sort().join();

export class PollTransport implements Transport {
  private waiting: object[] = [];
  private isPosting = false;
  private isOver = false;
  /** Names this connection and where it stands, from its hello on. */
  private query = "";
  private since = 0;
  /** The conversations that the GET under way asks for. */
  private askedFor = "";
  private parked: AbortController | null = null;
  private activeAt: number;
  private isHurried = false;
  private endPause = (): void => {};

  constructor(
    private readonly isLong: boolean,
    private readonly peer: Peer,
    private readonly network: Network,
    private readonly line: Line,
  ) {
    this.activeAt = network.clock.now();
    void this.run();
  }

  send(frame: object): void {
    this.waiting.push(frame);
    void this.post();
  }

  close(): void {
    this.isOver = true;
    this.parked?.abort();
    this.hurry();
  }

  ask(isAnew?: boolean): void {
    if (isAnew || idsOf(this.line.positions()) !== this.askedFor) this.parked?.abort();
    this.hurry();
  }

  private async run(): Promise<void> {
    while (!this.isOver) {
      const isFirst = !this.query;
      const isDrained = await this.get();
      if (isDrained) return; // this node goes; connection.ts looks for another one
      if (!this.isLong && !isFirst) await this.pause();
    }
  }

  private async get(): Promise<boolean> {
    this.isHurried = false;
    const positions = this.line.positions();
    const after = positions.map((one) => one.join(":")).join();
    const wait = this.isLong ? PARKED_S : 0;
    const query = this.query && `?after=${after}&since=${this.since}&wait=${wait}${this.query}`;
    this.askedFor = idsOf(positions);
    const parked = (this.parked = new AbortController());
    const answer = await this.call("/events" + query, wait * 1_000, parked);
    if (answer && this.query) this.line.onAnswer();
    const frames = this.deliver(answer?.frames ?? []);
    for (const { type, data } of frames) if (type === "hello") this.query = `&epoch=${data.epoch}&connection=${data.session}`;
    this.since = answer?.ts ?? this.since;
    return frames.some(({ type }) => type === "drain");
  }

  /** One at a time, so that what was written first arrives first; what is written meanwhile goes together. */
  private async post(): Promise<void> {
    if (this.isPosting) return;
    this.isPosting = true;
    await null; // what is said in one breath travels in one request
    while (this.waiting.length && !this.isOver) {
      const answer = await this.call("/frames", 0, new AbortController(), { frames: this.waiting.splice(0, BATCH) });
      this.deliver(answer?.frames ?? []);
      this.activeAt = this.network.clock.now();
      this.hurry();
    }
    this.isPosting = false;
  }

  private deliver(answered: unknown[]): Frame<any>[] {
    const frames = answered.map(toFrame).filter((frame) => frame !== null);
    if (frames.length) this.activeAt = this.network.clock.now();
    for (const frame of frames) if (!this.isOver) this.line.onFrame(frame);
    return frames;
  }

  /** The answer; null when the request was taken back, or when it failed and this transport has ended by it. */
  private async call(path: string, waitMs: number, abort: AbortController, body?: object): Promise<Answer | null> {
    const { clock } = this.network;
    const late = clock.setTimeout(() => this.end(1006), waitMs + LATE_MS);
    try {
      const answer = await this.peer.http(body ? "POST" : "GET", path, body, abort.signal);
      if (Array.isArray(answer?.frames)) return answer;
      this.end(1006); // not our server: the login page of a hotel, say
    } catch (error) {
      const { status, retryAfter, code } = error as { status?: number; retryAfter?: number | null; code?: string };
      if (!abort.signal.aborted) this.end(asCode(code ? status : 0), 1_000 * (retryAfter ?? 0));
    } finally {
      clock.clearTimeout(late);
    }
    return null;
  }

  private end(code: number, afterMs = 0): void {
    if (this.isOver) return;
    this.close();
    this.line.onEnd(code, afterMs);
  }

  private pause(): Promise<void> | void {
    if (this.isHurried) return;
    const { clock } = this.network;
    return new Promise((resolve) => {
      this.endPause = resolve;
      clock.setTimeout(resolve, pollPause(clock.now() - this.activeAt));
    });
  }

  private hurry(): void {
    this.isHurried = true;
    this.endPause();
  }
}

/** What our server's status means, as a socket would have said it. */
const asCode = (status = 0): number => (status === 503 ? 1013 : [400, 401, 403, 409, 429].includes(status) ? 4_000 + status : 1006);
