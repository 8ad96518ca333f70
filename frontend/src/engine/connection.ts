// One line to the server that comes back: handshake, heartbeat, requests with answers, and the way down and up the
// ladder of transports. Knows nothing of conversations; engine.ts adds those.
import { reconnectDelay, verdictOn } from "./backoff";
import { FrameError } from "./frames";
import type { Frame, HelloData } from "./frames";
import { guarded } from "./guarded";
import { Heartbeat } from "./heartbeat";
import { isEvidence, Ladder } from "./ladder";
import type { Rung } from "./ladder";
import { recallLearnt, rememberLearnt } from "./memory";
import { openTransport } from "./transport";
import type { Line, Network, Peer, Transport } from "./transport";

export type ConnectionState =
  | { kind: "connecting" }
  | { kind: "live"; rung: Rung }
  | { kind: "waiting"; retryAt: number }
  | { kind: "offline" }
  | { kind: "stopped" };

interface ConnectionOptions extends Peer {
  network: Network;
  isOnline: () => boolean;
  positions: Line["positions"];
  onState(state: ConnectionState): void;
  onHello(hello: HelloData): void;
  /** Everything but answers to requests. */
  onFrame(frame: Frame<any>): void;
  /** 4401, 4403: stopped, the owner decides what comes next. */
  onFatal(code: number): void;
  /** 4409: the brand's history is another one now. */
  onEpoch(epoch: ""): void;
}

interface Pending {
  resolve(frame: Frame<any>): void;
  reject(error: FrameError): void;
  timers: unknown[];
}

/** A transport, from dialling to its end. */
interface Link {
  rung: Rung;
  transport: Transport | null;
  hello: HelloData | null;
  /** Runs out when no hello comes. */
  patience: unknown;
}

const HELLO_WITHIN_MS = 10_000;
const LATE_MS = 4_000;
const ANSWER_WITHIN_MS = 20_000;
/** A connection that lived this long proves the way is good: the next cut starts from the shortest delay. */
const STABLE_MS = 10_000;
const DRAIN_SPREAD_MS = 3_000;

export class Connection {
  /** The one in use, or the one that we hope to use. */
  private link: Link | null = null;
  /** A better one, dialled beside the one in use: a higher rung, or another node's. */
  private trial: Link | null = null;
  private readonly ladder = new Ladder();
  private heartbeat: Heartbeat | null = null;
  private requests = new Map<string, Pending>();
  private nextRequest = 1;
  private attempt = 0;
  private liveSince = 0;
  private beatTimer: unknown = null;
  private waitTimer: unknown = null;
  private climbTimer: unknown = null;
  private current: ConnectionState = { kind: "stopped" };

  constructor(private readonly options: ConnectionOptions) {}

  get isLive(): boolean {
    return this.current.kind === "live";
  }

  start(): void {
    if (this.current.kind === "stopped") this.connect();
  }

  stop(): void {
    this.leave("stopped");
    this.hangUp(this.trial);
    this.trial = null;
    this.clock.clearTimeout(this.waitTimer);
    this.become({ kind: "stopped" });
  }

  /** Connects at once where we were waiting; where we are live, checks that we really are, and could not be better. */
  retryNow(): void {
    if (this.isLive) {
      this.doubt();
      this.ask(true);
      this.ladder.wake(this.clock.now());
      this.climbLater();
    } else {
      this.attempt = 0; // a dial under way may hang: the next one need not wait for long
      if (!this.link && this.current.kind !== "stopped") this.connect();
    }
  }

  /** Positions are the question then, and no `resume` is needed. */
  get isPolling(): boolean {
    return Boolean(this.link?.rung);
  }

  ask(isAnew?: boolean): void {
    this.link?.transport?.ask?.(isAnew);
  }

  send(type: string, data: unknown, conversation?: string | null, id?: string): void {
    if (!this.isLive) return;
    this.link!.transport!.send({ type, ...(id && { id }), ...(conversation && { conversation }), data });
    this.heartbeat?.sent(this.clock.now());
    this.scheduleBeat();
  }

  request(type: string, data: unknown, conversation?: string | null): Promise<Frame<any>> {
    if (!this.isLive) return Promise.reject(new FrameError("disconnected"));
    const id = String(this.nextRequest++);
    return new Promise((resolve, reject) => {
      // A late answer is probed at once: if the link is dead, we know seconds later and not at the next beat.
      const late = this.clock.setTimeout(() => this.doubt(), LATE_MS);
      const lost = this.clock.setTimeout(() => {
        this.settle(id)!.reject(new FrameError("timeout"));
        this.switchOver();
      }, ANSWER_WITHIN_MS);
      this.requests.set(id, { resolve, reject, timers: [late, lost] });
      this.send(type, data, conversation, id);
    });
  }

  private get clock() {
    return this.options.network.clock;
  }

  private connect(): void {
    this.clock.clearTimeout(this.waitTimer);
    this.become({ kind: this.options.isOnline() ? "connecting" : "offline" });
    this.dial("link", this.ladder.rung());
  }

  private dial(place: "link" | "trial", rung: Rung): void {
    const { network, positions } = this.options;
    const link: Link = (this[place] = { rung, transport: null, hello: null, patience: null });
    const onEnd = (code: number, afterMs = 0): void => {
      if (link === this.link) this.closed(code, afterMs);
      else if (link === this.trial) this.trialFailed(link);
    };
    link.patience = this.clock.setTimeout(() => onEnd(1006), HELLO_WITHIN_MS);
    try {
      link.transport = openTransport(rung, this.options, network, {
        positions,
        onEnd,
        onFrame: (frame) => guarded(() => this.receive(link, frame)),
        onAnswer: () => link === this.link && this.proven(rung),
      });
    } catch {
      onEnd(1006);
    }
  }

  private receive(link: Link, frame: Frame<any>): void {
    if (frame.type === "hello") {
      link.hello = frame.data as HelloData;
      this.clock.clearTimeout(link.patience);
      return link === this.trial ? this.switchOver() : this.welcomed(link, link.hello);
    }
    if (link !== this.link) return; // not in use yet: what it brings meanwhile is resumed
    this.heartbeat?.heard(this.clock.now());
    if (frame.reply_to) this.answered(frame);
    else if (frame.type === "drain") this.drained();
    else this.options.onFrame(frame);
    this.scheduleBeat();
  }

  private welcomed({ rung }: Link, hello: HelloData): void {
    const now = this.clock.now();
    // Only a socket idles: a parked request is known to be dead by the clock.
    this.heartbeat = rung ? null : new Heartbeat({ serverInterval: hello.heartbeat * 1_000, learnt: recallLearnt() }, now);
    this.liveSince = now;
    this.become({ kind: "live", rung });
    this.options.onHello(hello);
    this.scheduleBeat();
    // Polls say hello also where something between us and the server cuts every request that is parked.
    if (!rung) this.proven(rung);
  }

  private proven(rung: Rung): void {
    this.ladder.opened(rung, this.clock.now());
    this.climbLater();
  }

  private answered(frame: Frame<any>): void {
    const pending = this.settle(frame.reply_to!);
    if (frame.type === "pong") {
      if (typeof frame.data.heartbeat === "number")
        this.heartbeat?.setServerInterval(frame.data.heartbeat * 1_000, this.clock.now());
      this.options.onFrame(frame);
    }
    if (!pending) return;
    if (frame.type === "error") {
      pending.reject(new FrameError(frame.data.code, frame.data.retry_after));
    } else {
      pending.resolve(frame);
    }
    this.switchOver();
  }

  private settle(id: string): Pending | undefined {
    const pending = this.requests.get(id);
    this.requests.delete(id);
    for (const timer of pending?.timers ?? []) this.clock.clearTimeout(timer);
    return pending;
  }

  /** The better rung is tried while the lower one goes on working. */
  private climbLater(): void {
    const wait = this.ladder.retryIn(this.clock.now());
    this.clock.clearTimeout(this.climbTimer);
    if (wait === null || !this.isLive || this.trial) return;
    this.climbTimer = this.clock.setTimeout(() => this.dial("trial", this.ladder.upper()), wait);
  }

  /** From the old link to the one that was tried, between two requests: none is torn from its answer. */
  private switchOver(): void {
    const { trial } = this;
    if (!trial?.hello || this.requests.size) return;
    this.hangUp(this.link);
    this.link = trial;
    this.trial = null;
    this.welcomed(trial, trial.hello);
  }

  private trialFailed(trial: Link): void {
    this.hangUp(trial);
    this.trial = null;
    if (trial.rung === this.link?.rung) return this.closed(1012); // drained, and nobody else to go to
    this.ladder.failed(trial.rung, this.clock.now());
    this.climbLater();
  }

  /** The node goes away: spread over a moment, so that its neighbours are not hit by all of its clients at once. */
  private drained(): void {
    const link = this.link!;
    this.clock.setTimeout(() => {
      if (link !== this.link) return;
      this.hangUp(this.trial);
      this.dial("trial", link.rung);
    }, Math.random() * DRAIN_SPREAD_MS);
  }

  private closed(code: number, afterMs = 0, isDead = false): void {
    const { options } = this;
    const { rung, hello } = this.link!;
    const now = this.clock.now();
    if (!hello && isEvidence(code)) this.ladder.failed(rung, now);
    else if (isDead || (rung && code === 1006)) this.ladder.probeDead(rung, now);
    else this.ladder.closed(rung, now);
    if (code === 1006) this.heartbeat?.lost();
    if (this.liveSince && now - this.liveSince >= STABLE_MS) this.attempt = 0;
    this.leave("disconnected");
    const verdict = verdictOn(code);
    if (verdict.kind === "retry") return this.comeBack(Math.max(verdict.atLeastMs, afterMs));
    this.stop();
    if (verdict.kind === "epoch") options.onEpoch("");
    else options.onFatal(code);
  }

  private comeBack(atLeastMs: number): void {
    const delay = Math.max(atLeastMs, reconnectDelay(this.attempt++));
    const { trial } = this;
    if (trial) {
      // Under way already.
      this.link = trial;
      this.trial = null;
      return trial.hello ? this.welcomed(trial, trial.hello) : this.become({ kind: "connecting" });
    }
    // Also tried while "offline": some machines say so although this host can be reached.
    this.waitTimer = this.clock.setTimeout(() => this.connect(), delay);
    this.become(this.options.isOnline() ? { kind: "waiting", retryAt: this.clock.now() + delay } : { kind: "offline" });
  }

  private leave(code: "disconnected" | "stopped"): void {
    this.clock.clearTimeout(this.beatTimer);
    this.clock.clearTimeout(this.climbTimer);
    this.hangUp(this.link);
    if (this.heartbeat) rememberLearnt(this.heartbeat.learnt());
    this.link = this.heartbeat = null;
    this.liveSince = 0;
    for (const id of [...this.requests.keys()]) this.settle(id)!.reject(new FrameError(code));
  }

  private hangUp(link: Link | null): void {
    this.clock.clearTimeout(link?.patience);
    link?.transport?.close();
  }

  private doubt(): void {
    this.heartbeat?.doubt(this.clock.now());
    this.scheduleBeat();
  }

  private scheduleBeat(): void {
    const { clock, heartbeat } = this;
    clock.clearTimeout(this.beatTimer);
    if (heartbeat) this.beatTimer = clock.setTimeout(() => this.beat(heartbeat), heartbeat.dueIn(clock.now()));
  }

  private beat(heartbeat: Heartbeat): void {
    const action = heartbeat.tick(this.clock.now());
    if (action === "dead") return this.closed(1006, 0, true);
    if (action === "probe") {
      rememberLearnt(heartbeat.learnt());
      this.send("ping", {}, null, `p${this.nextRequest++}`);
    }
    this.scheduleBeat();
  }

  private become(state: ConnectionState): void {
    this.current = state;
    this.options.onState(state);
  }
}
