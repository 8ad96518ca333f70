// One WebSocket that comes back: handshake, heartbeat, reconnect, requests with answers.
// Knows nothing of conversations; engine.ts adds those.
import { reconnectDelay, verdictOn } from "./backoff";
import type { Clock } from "./clock";
import { decodeFrame, FrameError } from "./frames";
import type { Frame, HelloData } from "./frames";
import { FixedHeartbeat as Heartbeat } from "./heartbeat";

export type ConnectionState =
  | { kind: "connecting" }
  | { kind: "live" }
  | { kind: "waiting"; retryAt: number }
  | { kind: "offline" }
  | { kind: "stopped" };

export interface SocketLike {
  send(data: string): void;
  close(code?: number): void;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
}

export type OpenSocket = (url: string, protocols: string[]) => SocketLike;

export interface ConnectionOptions {
  url: string;
  protocols: () => Promise<string[]> | string[];
  clock: Clock;
  openSocket: OpenSocket;
  isOnline: () => boolean;
  onState(state: ConnectionState): void;
  onHello(hello: HelloData): void;
  /** Everything but answers to requests. */
  onFrame(frame: Frame<any>): void;
  /** 4401, 4403: stopped, the owner decides what comes next. */
  onFatal(code: number): void;
  /** 4409: the brand's history is another one now. */
  onEpochClosed(): void;
}

interface Pending {
  resolve(frame: Frame<any>): void;
  reject(error: FrameError): void;
  timers: unknown[];
}

const HELLO_WITHIN_MS = 10_000;
const LATE_MS = 4_000;
const ANSWER_WITHIN_MS = 20_000;
/** A connection that lived this long proves the way is good: the next cut starts from the shortest delay. */
const STABLE_MS = 10_000;
const DRAIN_SPREAD_MS = 3_000;

export class Connection {
  private socket: SocketLike | null = null;
  private heartbeat: Heartbeat | null = null;
  private requests = new Map<string, Pending>();
  private nextRequest = 1;
  private attempt = 0;
  private liveSince = 0;
  /** Grows with every socket, so that a late answer of an old one is recognised. */
  private generation = 0;
  private beatTimer: unknown = null;
  private waitTimer: unknown = null;
  private current: ConnectionState = { kind: "stopped" };

  constructor(private readonly options: ConnectionOptions) {}

  get isLive(): boolean {
    return this.current.kind === "live";
  }

  start(): void {
    if (this.current.kind === "stopped") void this.connect();
  }

  stop(): void {
    this.leaveSocket("stopped");
    this.options.clock.clearTimeout(this.waitTimer);
    this.become({ kind: "stopped" });
  }

  /** Connects at once where we were waiting; where we are live, checks that we really are. */
  retryNow(): void {
    if (this.isLive) {
      this.heartbeat?.doubt(this.options.clock.now());
      this.scheduleBeat();
    } else if (this.current.kind === "waiting" || this.current.kind === "offline") {
      void this.connect();
    }
  }

  send(type: string, data: unknown, conversation?: string | null, id?: string): void {
    if (!this.isLive) return;
    const frame = { type, ...(id && { id }), ...(conversation && { conversation }), data };
    this.socket?.send(JSON.stringify(frame));
  }

  request(type: string, data: unknown, conversation?: string | null): Promise<Frame<any>> {
    if (!this.isLive) return Promise.reject(new FrameError("disconnected", "Not connected."));
    const { clock } = this.options;
    const id = String(this.nextRequest++);
    return new Promise((resolve, reject) => {
      // A late answer is probed at once: if the link is dead, we know seconds later and not at the next beat.
      const late = clock.setTimeout(() => this.retryNow(), LATE_MS);
      const lost = clock.setTimeout(() => {
        this.requests.delete(id);
        reject(new FrameError("timeout", "No answer."));
      }, ANSWER_WITHIN_MS);
      this.requests.set(id, { resolve, reject, timers: [late, lost] });
      this.send(type, data, conversation, id);
    });
  }

  private async connect(): Promise<void> {
    const { options } = this;
    options.clock.clearTimeout(this.waitTimer);
    const generation = ++this.generation;
    this.become({ kind: "connecting" });
    let protocols: string[];
    try {
      protocols = await options.protocols();
    } catch {
      if (generation === this.generation) this.waitThenConnect(0);
      return;
    }
    if (generation !== this.generation || this.current.kind !== "connecting") return;
    try {
      this.socket = options.openSocket(options.url, protocols);
    } catch {
      this.waitThenConnect(0);
      return;
    }
    this.socket.onmessage = (event) => generation === this.generation && this.receive(event.data);
    this.socket.onclose = (event) => generation === this.generation && this.closed(event.code);
    this.waitTimer = options.clock.setTimeout(() => this.closed(1006), HELLO_WITHIN_MS);
  }

  private receive(raw: unknown): void {
    const frame = decodeFrame(raw);
    if (!frame) return;
    this.heartbeat?.heard(this.options.clock.now());
    if (frame.type === "hello") this.welcomed(frame.data as HelloData);
    else if (frame.reply_to) this.answered(frame);
    else if (frame.type === "drain") this.drained();
    else this.options.onFrame(frame);
    this.scheduleBeat();
  }

  private welcomed(hello: HelloData): void {
    const { clock } = this.options;
    clock.clearTimeout(this.waitTimer);
    this.heartbeat = new Heartbeat(hello.heartbeat * 1_000, clock.now());
    this.liveSince = clock.now();
    this.become({ kind: "live" });
    this.options.onHello(hello);
  }

  private answered(frame: Frame<any>): void {
    const pending = this.requests.get(frame.reply_to!);
    if (frame.type === "pong") {
      if (typeof frame.data.heartbeat === "number")
        this.heartbeat?.setInterval(frame.data.heartbeat * 1_000, this.options.clock.now());
      this.options.onFrame(frame);
    }
    if (!pending) return;
    this.requests.delete(frame.reply_to!);
    for (const timer of pending.timers) this.options.clock.clearTimeout(timer);
    if (frame.type === "error") {
      const { code, message, retry_after } = frame.data;
      pending.reject(new FrameError(String(code), String(message), typeof retry_after === "number" ? retry_after : null));
    } else {
      pending.resolve(frame);
    }
  }

  /** The node goes away: spread over a moment, so that its neighbours are not hit by all of its clients at once. */
  private drained(): void {
    const generation = this.generation;
    this.options.clock.setTimeout(() => {
      if (generation === this.generation) this.closed(1012);
    }, Math.random() * DRAIN_SPREAD_MS);
  }

  private closed(code: number): void {
    const { options } = this;
    const { clock } = options;
    if (this.liveSince && clock.now() - this.liveSince >= STABLE_MS) this.attempt = 0;
    this.leaveSocket("disconnected");
    clock.clearTimeout(this.waitTimer);
    const verdict = verdictOn(code);
    if (verdict.kind === "retry") return this.waitThenConnect(verdict.atLeastMs);
    this.become({ kind: "stopped" });
    if (verdict.kind === "epoch") options.onEpochClosed();
    else options.onFatal(code);
  }

  private waitThenConnect(atLeastMs: number): void {
    const { clock, isOnline } = this.options;
    const delay = Math.max(atLeastMs, reconnectDelay(this.attempt++));
    // Also tried while "offline": some machines say so although this host can be reached.
    this.waitTimer = clock.setTimeout(() => void this.connect(), delay);
    this.become(isOnline() ? { kind: "waiting", retryAt: clock.now() + delay } : { kind: "offline" });
  }

  private leaveSocket(code: "disconnected" | "stopped"): void {
    const { clock } = this.options;
    this.generation++;
    clock.clearTimeout(this.beatTimer);
    const socket = this.socket;
    this.socket = null;
    this.heartbeat = null;
    this.liveSince = 0;
    if (socket) {
      socket.onmessage = socket.onclose = null;
      try {
        socket.close(1000);
      } catch {
        // Already gone.
      }
    }
    const orphans = [...this.requests.values()];
    this.requests.clear();
    for (const { reject, timers } of orphans) {
      for (const timer of timers) clock.clearTimeout(timer);
      reject(new FrameError(code, "Cut off."));
    }
  }

  private scheduleBeat(): void {
    const { clock } = this.options;
    if (!this.heartbeat) return;
    clock.clearTimeout(this.beatTimer);
    this.beatTimer = clock.setTimeout(() => this.beat(), this.heartbeat.dueIn(clock.now()));
  }

  private beat(): void {
    const action = this.heartbeat?.tick(this.options.clock.now());
    if (action === "dead") return this.closed(1006);
    if (action === "probe") this.send("ping", {}, null, `p${this.nextRequest++}`);
    this.scheduleBeat();
  }

  private become(state: ConnectionState): void {
    this.current = state;
    this.options.onState(state);
  }
}
