// The client half of the protocol's promise: every log event of a followed conversation is delivered once and in
// order, and a written message is sent until it is acknowledged or finally refused. See docs/widget.md.
import { systemClock } from "./clock";
import type { Clock } from "./clock";
import { Connection } from "./connection";
import type { ConnectionState } from "./connection";
import { FrameError, isLogEvent } from "./frames";
import type { Frame, HelloData, LogEvent, MessageAck, ResumedData, ServerEvent } from "./frames";
import { guarded } from "./guarded";
import { Lane } from "./lane";
import type { Draft, Outbox, OutboxEntry } from "./outbox";
import { SeqTracker } from "./tracker";
import { openBrowserSocket } from "./transport";
import type { Network, Peer } from "./transport";

export interface EngineOptions extends Peer {
  outbox: Outbox;
  onEvent(frame: ServerEvent): void;
  onState(state: ConnectionState): void;
  /** Resume was not possible: load the conversation anew and answer the top `seq` of what was loaded. */
  onSnapshotNeeded(conversation: string): Promise<number>;
  /** The brand's history was replaced. Nothing held is valid: reload. Empty when only the close code said so. */
  onEpoch(epoch: string): void;
  /** Closed for good: 4401 wants a new session, 4403 is a refusal. `start()` may be called again. */
  onFatal(code: number): void;
  /** The epoch that what you hold came with (session, /me); otherwise the first hello's is taken. */
  epoch?: string;
  onHello?(hello: HelloData): void;
  /**
   * The server lost hints while its bus was away. Followed conversations are made good here; what else hints told you of
   * (lists, counts) wants to be read anew.
   */
  onReturn?(): void;
  /** Hints of a followed conversation come from here on: what was read before may lack some. */
  onJoined?(conversation: string): void;
  /** A message left the outbox: acknowledged, committed. */
  onSent?(entry: OutboxEntry, ack: MessageAck): void;
  /** A message was finally refused. It stays in the outbox as failed: `sendMessage` again or `discard`. */
  onSendFailed?(entry: OutboxEntry, error: FrameError): void;
  /** A followed conversation does not exist (any more) for us. It is no longer followed. */
  onLost?(conversation: string): void;
  /** A log event of a conversation that is not followed. Without order, not to be shown: a hint to follow it. */
  onUnfollowed?(event: LogEvent): void;
  network?: Network;
}

interface Followed {
  tracker: SeqTracker;
  /** A resume or snapshot is under way: a gap seen meanwhile is looked at when it ends. */
  isCatchingUp: boolean;
  /** Has been asked for at least once, and so is subscribed. */
  isSubscribed: boolean;
  /** Catch-ups in a row that brought nothing, so that a server's fault does not become a loop. */
  fruitless: number;
}

const RESUME_CHUNK = 200;
/** Fan-out may swap two neighbours; asking for the rest at once would double the work of a busy server. */
const GAP_GRACE_MS = 80;

export class Engine {
  private readonly clock: Clock;
  private readonly connection: Connection;
  private followed = new Map<string, Followed>();
  private lanes = new Map<string, Lane>();
  private held = new Set<Lane>();
  private epoch: string;
  private outboxReady: Promise<void> | null = null;
  private resumeTimer: unknown = null;
  private catchUpAt = Infinity;

  constructor(private readonly options: EngineOptions) {
    const network = options.network ?? browser;
    this.clock = network.clock;
    this.epoch = options.epoch ?? "";
    this.connection = new Connection({
      ...options,
      network,
      positions: () => [...this.followed].filter(([, one]) => one.isSubscribed).map(([id, one]) => [id, one.tracker.last]),
      isOnline: () => navigator.onLine,
      onHello: (hello) => this.welcomed(hello),
      onFrame: (frame) => this.receive(frame),
    });
  }

  start(): void {
    this.outboxReady ??= this.loadOutbox();
    listenForWakeUp("addEventListener", this.wake);
    this.connection.start();
  }

  stop(): void {
    listenForWakeUp("removeEventListener", this.wake);
    this.connection.stop();
  }

  retryNow(): void {
    this.connection.retryNow();
  }

  /** Deliver every log event after `lastSeq`. Following again moves the position (after a snapshot of your own). */
  follow(conversation: string, lastSeq: number): void {
    this.followed.set(conversation, { tracker: new SeqTracker(lastSeq), isCatchingUp: false, isSubscribed: false, fruitless: 0 });
    this.catchUpIn(0);
  }

  unfollow(conversation: string): void {
    this.followed.delete(conversation);
  }

  /** Answers the ack frame; throws FrameError, `disconnected` when there is no connection. Never repeated by itself. */
  request(type: string, data: object, conversation?: string): Promise<Frame<any>> {
    return this.connection.request(type, data, conversation);
  }

  /** Best effort: forgotten when there is no connection. */
  hint(type: string, data: object, conversation?: string): void {
    this.connection.send(type, data, conversation);
  }

  /** Through the outbox. The same client_id again is a retry of a failed one. */
  sendMessage(
    draft: Draft,
    conversation?: string,
    type: OutboxEntry["type"] = "message.create",
    createdTs: number = this.clock.now(),
  ): OutboxEntry {
    const entry: OutboxEntry = { ...draft, type, conversation: conversation ?? null, created_ts: createdTs, failed: null };
    const lane = this.lane(entry);
    void this.options.outbox.put(entry);
    lane.add(entry);
    this.pump(lane);
    return entry;
  }

  /** Forgets a failed message. */
  discard(clientId: string): void {
    for (const lane of this.lanes.values()) lane.drop(clientId);
    void this.options.outbox.remove(clientId);
  }

  private wake = (): void => {
    if (document.visibilityState !== "hidden") this.retryNow();
  };

  private async loadOutbox(): Promise<void> {
    const entries = await this.options.outbox.load().catch(() => []);
    for (const entry of entries.reverse()) if (!entry.failed) this.lane(entry).addOlder([entry]);
    this.pumpAll();
  }

  private welcomed(hello: HelloData): void {
    const { epoch } = this;
    this.epoch = hello.epoch;
    if (epoch && epoch !== hello.epoch) {
      this.followed.clear();
      this.options.onEpoch(hello.epoch);
    }
    this.options.onHello?.(hello);
    for (const followed of this.followed.values()) followed.isCatchingUp = false;
    this.catchUp([...this.followed.keys()]);
    this.pumpAll();
  }

  private receive(frame: Frame<any>): void {
    if (frame.type === "pong") {
      this.noteTops(frame.data.tops);
      if (!frame.reply_to) this.options.onReturn?.();
    } else if (frame.type === "resumed") this.notWhole(frame.data as ResumedData);
    else if (isLogEvent(frame)) this.acceptEvent(frame);
    else this.deliver([frame]);
  }

  private acceptEvent(event: LogEvent): void {
    const followed = this.followed.get(event.conversation);
    if (!followed) return this.options.onUnfollowed?.(event);
    this.deliver(followed.tracker.accept(event));
    if (followed.tracker.isBehind) this.catchUpIn(GAP_GRACE_MS);
  }

  /** A poll's positions could not be answered. They are not asked with again until a snapshot is here. */
  private notWhole({ conversations }: ResumedData): void {
    for (const [id, answer] of Object.entries(conversations ?? {})) {
      const followed = this.followed.get(id);
      if (!followed || followed.isCatchingUp) continue;
      followed.isCatchingUp = true;
      followed.isSubscribed = false;
      void this.resumed(id, followed, answer);
    }
  }

  private deliver(events: ServerEvent[]): void {
    for (const event of events) guarded(() => this.options.onEvent(event));
  }

  private noteTops(tops: unknown): void {
    for (const [conversation, top] of Object.entries(tops ?? {})) {
      const followed = this.followed.get(conversation);
      if (followed && typeof top === "number") followed.tracker.noteTop(top);
      if (followed?.tracker.isBehind) this.catchUpIn(GAP_GRACE_MS);
    }
  }

  /** The soonest of the asked times wins: a busy conversation must not push its own catch-up away. */
  private catchUpIn(ms: number): void {
    const at = this.clock.now() + ms;
    if (at >= this.catchUpAt) return;
    this.catchUpAt = at;
    this.clock.clearTimeout(this.resumeTimer);
    this.resumeTimer = this.clock.setTimeout(() => {
      this.catchUpAt = Infinity;
      this.catchUp(this.wanting());
    }, ms);
  }

  /** Newly followed ones always ask once (that also subscribes); the others when something is missing. */
  private wanting(): string[] {
    return [...this.followed].filter(([, one]) => one.tracker.isBehind || !one.isSubscribed).map(([id]) => id);
  }

  private catchUp(conversations: string[]): void {
    if (!this.connection.isLive) return;
    const idle = conversations.filter((id) => this.followed.get(id)?.isCatchingUp === false);
    if (this.connection.isPolling) {
      for (const id of idle) this.followed.get(id)!.isSubscribed = true;
      this.connection.ask();
      return idle.forEach((id) => this.options.onJoined?.(id));
    }
    for (let from = 0; from < idle.length; from += RESUME_CHUNK) void this.resume(idle.slice(from, from + RESUME_CHUNK));
  }

  private async resume(ids: string[]): Promise<void> {
    const asked = ids.map((id) => [id, this.followed.get(id)!] as const);
    for (const [, followed] of asked) followed.isCatchingUp = followed.isSubscribed = true;
    try {
      const positions = Object.fromEntries(asked.map(([id, { tracker }]) => [id, tracker.last]));
      const frame = await this.connection.request("resume", { conversations: positions, epoch: this.epoch });
      const answers = (frame.data as ResumedData).conversations ?? {};
      for (const [id, followed] of asked) {
        if (this.followed.get(id) === followed) void this.resumed(id, followed, answers[id]);
      }
    } catch (error) {
      for (const [, followed] of asked) followed.isCatchingUp = followed.isSubscribed = false;
      const { code, retryAfter } = error as FrameError;
      if (code !== "disconnected" && code !== "stopped") this.catchUpIn((retryAfter ?? 2) * 1_000);
    }
  }

  private async resumed(
    id: string,
    followed: Followed,
    answer: ResumedData["conversations"][string] | undefined,
  ): Promise<void> {
    const before = followed.tracker.last;
    if (answer?.error) {
      this.followed.delete(id);
      return this.options.onLost?.(id);
    }
    if (answer?.recovered) {
      followed.tracker.noteTop(answer.top);
      for (const event of answer.events) this.deliver(followed.tracker.accept(event));
    } else {
      try {
        const top = await this.options.onSnapshotNeeded(id);
        if (this.followed.get(id) !== followed) return;
        this.deliver(followed.tracker.restart(top));
        if (answer) followed.tracker.noteTop(answer.top);
      } catch {
        followed.isSubscribed = false;
      }
    }
    followed.isCatchingUp = false;
    if (followed.isSubscribed) this.options.onJoined?.(id);
    followed.fruitless = followed.tracker.last > before ? 0 : followed.fruitless + 1;
    if (followed.tracker.isBehind || !followed.isSubscribed)
      this.catchUpIn(followed.fruitless ? Math.min(1_000 * 2 ** followed.fruitless, 30_000) : GAP_GRACE_MS);
  }

  private lane(entry: OutboxEntry): Lane {
    const key = entry.conversation ?? "";
    let lane = this.lanes.get(key);
    if (!lane) this.lanes.set(key, (lane = new Lane()));
    return lane;
  }

  private pumpAll(): void {
    for (const lane of this.lanes.values()) this.pump(lane);
  }

  private async pump(lane: Lane): Promise<void> {
    await this.outboxReady; // older entries first
    if (!this.connection.isLive || this.held.has(lane)) return;
    const entry = lane.take();
    if (!entry) return;
    const { client_id, kind, text, file_ids, type, mentions } = entry;
    const data = { client_id, text, ...(type === "note.create" ? { mentions } : { kind, file_ids }) };
    let ack: Frame<any>;
    try {
      ack = await this.connection.request(type, data, entry.conversation);
    } catch (error) {
      this.sendRefused(lane, entry, error as FrameError);
      return;
    }
    lane.acked(entry);
    void this.options.outbox.remove(client_id);
    void this.pump(lane);
    this.options.onSent?.(entry, ack.data as MessageAck);
  }

  private sendRefused(lane: Lane, entry: OutboxEntry, error: FrameError): void {
    const settled = lane.refused(entry, error.code, error.retryAfter);
    if (settled.kind === "again") {
      // Told to wait: a message that is written meanwhile must not end that.
      this.held.add(lane);
      this.clock.setTimeout(() => {
        this.held.delete(lane);
        void this.pump(lane);
      }, settled.delayMs);
      return;
    }
    const failed = { ...entry, failed: error.code };
    void this.options.outbox.put(failed);
    this.options.onSendFailed?.(failed, error);
    void this.pump(lane);
  }
}

const browser: Network = { clock: systemClock, openSocket: openBrowserSocket };

function listenForWakeUp(verb: "addEventListener" | "removeEventListener", wake: () => void): void {
  // Also when it goes offline: a cut socket says nothing by itself, and a probe tells within seconds.
  for (const name of ["online", "offline", "pageshow"]) window[verb](name, wake);
  document[verb]("visibilitychange", wake);
}
