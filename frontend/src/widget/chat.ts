// The panel's state and everything that changes it. Components read the signals and call the methods; they
// never talk to the network themselves.
import { batch, computed, effect, signal } from "@preact/signals";
import { Engine, isLogEvent, newId, reconnectDelay, StoredOutbox } from "../engine";
import type { ConnectionState, ConversationView, LogEvent, MessageAck, Outbox, OutboxEntry, ServerEvent } from "../engine";
import * as api from "./api";
import type { ApiError, Session, SessionRequest } from "./api";
import type { HostState, Identity } from "./bridge";
import type { HostBridge } from "./bridge_panel";
import type { Config } from "./config";
import { changeConversation } from "./conversation";
import { Desk } from "./desk";
import { History } from "./history";
import { playChime } from "./sound";
import type { Storage } from "./storage";
import * as T from "./texts";
import { correct, countUnread, fromOutbox, isUnread, toEntry } from "./timeline";
import type { Entry, MessageEntry } from "./timeline";
import { Typing } from "./typing";
import { Uploads } from "./uploads";

/**
 * idle: nobody has opened the panel yet and nothing is known of the visitor, so no visitor is made.
 * expired: refused until the page says anew who its visitor is.
 */
export type Phase = "idle" | "loading" | "ready" | "failed" | "refused" | "expired";

type Wishes = Pick<HostState, "isOpen"> & Partial<HostState>;

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export class Chat {
  readonly phase = signal<Phase>("idle");
  readonly session = signal<Session | null>(null);
  readonly conversation = signal<ConversationView | null>(null);
  readonly entries = signal<Entry[]>([]);
  readonly pending = signal<MessageEntry[]>([]);
  readonly connection = signal<ConnectionState>({ kind: "connecting" });
  readonly isOpen = signal(false);
  readonly isVisible = signal(document.visibilityState === "visible");
  readonly isAtBottom = signal(true);
  readonly readSeq = signal(0);
  readonly agentReadSeq = signal(0);
  /** Where the "new" line stands while the panel stays open. */
  readonly newAfter = signal<number | null>(null);
  readonly isSoundOn = signal(false);
  readonly shown = computed(() => {
    // One that was stored while its ack got lost stands in the log already; the outbox lets go of it at the next ack.
    const stored = new Set(this.entries.value.map((entry) => entry.key));
    return [...this.entries.value, ...this.pending.value.filter((entry) => !stored.has(entry.key))];
  });
  readonly unreadCount = computed(() => {
    const current = this.conversation.value;
    if (this.phase.value !== "ready" || !current) return this.session.value?.unread ?? 0;
    return countUnread(this.entries.value, current.id, this.readSeq.value);
  });

  readonly history: History;
  readonly typing: Typing;
  readonly uploads: Uploads;
  readonly desk = new Desk(this);
  private engine: Engine | null = null;
  private outbox: Outbox | null = null;
  state: Wishes | null = null;
  private attempt = 0;
  /** The last question for a session: the answer to an earlier one, or one from before a sign-out, is nobody's. */
  private asked = {};
  /** Changes with each sign-out: what was asked for the one before is not kept. */
  private turn = {};
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private readSent = 0;

  constructor(
    readonly config: Config,
    readonly storage: Storage,
    readonly host: HostBridge,
  ) {
    this.isSoundOn.value = storage.get("sound") === "on";
    this.history = new History(this.entries, () => this.token);
    this.typing = new Typing((type, data) => {
      const current = this.conversation.value?.id;
      if (current) this.engine?.hint(type, this.session.value?.typing_preview ? data : {}, current);
    });
    this.uploads = new Uploads(
      () => this.token,
      () => this.session.value!.limits,
    );
    document.addEventListener("visibilitychange", () => {
      this.isVisible.value = document.visibilityState === "visible";
    });
    effect(() => this.host.send({ type: "unread", count: this.isOpen.value ? 0 : this.unreadCount.value }));
    effect(() => this.markRead());
  }

  get token(): string {
    return this.storage.get("visitor") ?? "";
  }

  get isReturning(): boolean {
    return this.token !== "" && this.storage.get("returning") === "1";
  }

  /** The host page's wishes, whole, at every change of one of them. */
  tell(state: Wishes): void {
    const before = this.state;
    this.state = state;
    if (state.isOpen !== this.isOpen.value) this.setOpen(state.isOpen);
    if (this.phase.value === "idle" && (state.isOpen || this.isReturning)) void this.openSession();
    else if (before) this.goOn(before, state);
  }

  close(): void {
    this.host.send({ type: "close" });
  }

  retry(): void {
    if (this.phase.value === "ready") this.engine?.retryNow();
    else void this.openSession();
  }

  /** Text and finished uploads as one message. */
  send(text: string): void {
    if (!this.engine) return;
    const files = this.uploads.take();
    this.typing.sent();
    // Without a conversation the server takes the open one or opens a new one; a closed one is reopened by name.
    const current = this.conversation.value;
    this.post({ key: newId(), text, files }, current?.status === "closed" ? current.id : undefined);
  }

  resend(entry: MessageEntry): void {
    this.forget(entry.key);
    this.post(entry);
  }

  discard(key: string): void {
    this.engine?.discard(key);
    this.forget(key);
  }

  async startNew(): Promise<void> {
    const opened = await this.openCurrent();
    if (opened && opened.id !== this.conversation.value?.id) this.adopt(opened.id);
  }

  async endConversation(): Promise<void> {
    const current = this.conversation.value;
    if (current) await this.request("conversation.close", {}, current.id).catch(() => null);
  }

  /** Rejects when there is no connection, or the server refuses. */
  request(type: string, data: object, conversation: string): Promise<unknown> {
    return this.engine ? this.engine.request(type, data, conversation) : Promise.reject();
  }

  /** The server's view of the conversation that is the current one from now on. */
  take(view: ConversationView): void {
    if (view.id !== this.conversation.value?.id) this.adopt(view.id);
    this.conversation.value = view;
  }

  setSound(isOn: boolean): void {
    this.isSoundOn.value = isOn;
    this.storage.set("sound", isOn ? "on" : null);
    if (isOn) playChime();
  }

  /** The page's visitor signed out: nothing of theirs stays here, and all that waits is for the server to be told. */
  async reset(): Promise<void> {
    const { token } = this;
    const turn = (this.turn = this.asked = {});
    clearTimeout(this.retryTimer);
    this.engine?.stop();
    // Also what was never loaded here: whose it is only a session would tell.
    void new StoredOutbox(this.config.key).clear();
    // The page tells its state anew: nobody is signed in by what it said before.
    this.engine = this.outbox = this.state = null;
    this.uploads.clear();
    this.desk.forget();
    for (const name of ["visitor", "returning", "draft"]) this.storage.set(name, null);
    this.forgetAll();
    this.session.value = null;
    this.phase.value = "loading";
    if (token) await api.post("/logout", token).catch(() => null);
    if (turn !== this.turn) return;
    this.phase.value = "idle";
    if ((this.state as Wishes | null)?.isOpen) await this.openSession();
  }

  private setOpen(isOpen: boolean): void {
    batch(() => {
      this.newAfter.value = isOpen && this.unreadCount.value > 0 ? this.readSeq.value : null;
      this.isOpen.value = isOpen;
    });
  }

  /** The page's wishes have changed, or may have while a session was on its way. */
  private goOn(before: Wishes, state: Wishes): void {
    const { identity, attributes, page } = state;
    const isNew = identity && !isSame(identity, before.identity);
    if (isNew && /ed$/.test(this.phase.value)) void this.openSession(); // failed, refused, expired
    if (this.phase.value !== "ready") return;
    if (page) this.desk.saw(page);
    if (isNew) void this.identify(identity);
    if (attributes && !isSame(attributes, before.attributes)) void this.sayWho({ attributes }).catch(() => null);
  }

  /** Answers what went wrong, in words. A refused identity leaves the visitor anonymous. */
  async identify(identity: Identity): Promise<string> {
    const who = typeof identity === "string" ? { identity } : identity;
    const before = this.session.value?.visitor.id;
    try {
      await this.sayWho(who);
    } catch (error) {
      this.askAnew(error as Partial<ApiError>);
      return T.notSent;
    }
    if (this.session.value?.visitor.id !== before) await this.restart();
    return "";
  }

  private async sayWho(who: object): Promise<void> {
    const { turn } = this;
    const { token, visitor } = await api.post<Pick<Session, "token" | "visitor">>("/identify", this.token, who);
    if (turn !== this.turn) throw 0;
    this.storage.set("visitor", token);
    if (this.session.value) this.session.value = { ...this.session.value, visitor };
  }

  /** Tells the page where what it said of its visitor is too old. */
  private askAnew({ code }: Partial<ApiError>): boolean {
    if (code !== "identity_expired") return false;
    this.host.send({ type: code });
    return true;
  }

  /** Everything anew, with the token we have: another person, another epoch, a refused token. */
  async restart(): Promise<void> {
    this.engine?.stop(); // it goes on taking messages into the outbox
    await this.openSession();
  }

  private async openSession(): Promise<void> {
    clearTimeout(this.retryTimer);
    if (this.phase.value !== "ready") this.phase.value = "loading";
    const asked = (this.asked = {});
    const told = this.state;
    const { identity, attributes, page } = told ?? {};
    const token = typeof identity === "string" ? identity : undefined;
    if (page) this.desk.seen = page.url; // travels with the session
    try {
      const request: SessionRequest = {
        key: this.config.key,
        token: this.token || undefined,
        identity: token,
        locale: T.locale,
        page,
        attributes,
      };
      const session = await api.post<Session>("/sessions", undefined, request);
      if (asked !== this.asked) return;
      this.storage.set("visitor", session.token);
      if (session.conversation) this.storage.set("returning", "1");
      const wasKnown = this.isReturning;
      if (wasKnown && session.asks_for_rating) session.conversation ??= await this.desk.findUnrated(session.token);
      const loaded = session.conversation ? await api.loadEvents(session.token, session.conversation.id) : null;
      const isSame = session.visitor.id === this.session.value?.visitor.id;
      const outbox = (isSame && this.outbox) || new StoredOutbox(`${this.config.key}:${session.visitor.id}`);
      const unsent = await outbox.load();
      if (asked !== this.asked) return;
      batch(() => this.begin(session, loaded, outbox, unsent, wasKnown));
      // What a session does not carry, and what the page said while it was on its way.
      if (told) this.goOn({ ...told, identity: token }, this.state!);
    } catch (error) {
      if (asked !== this.asked) return;
      this.sessionFailed(error as Partial<ApiError>);
      if (told) this.goOn(told, this.state!);
    }
  }

  private begin(
    session: Session,
    loaded: api.EventsPage | null,
    outbox: Outbox,
    unsent: OutboxEntry[],
    wasKnown: boolean,
  ): void {
    this.attempt = 0;
    this.forgetAll();
    this.session.value = session;
    this.conversation.value = session.conversation;
    this.readSeq.value = this.readSent = session.conversation?.visitor_read_seq ?? 0;
    this.agentReadSeq.value = session.conversation?.agent_read_seq ?? 0;
    const top = this.history.start(session.conversation, loaded, wasKnown);
    this.pending.value = unsent.map(fromOutbox);
    this.desk.begin(session);
    this.phase.value = "ready";
    if (this.isOpen.value && this.unreadCount.value > 0) this.newAfter.value = this.readSeq.value;
    this.host.send({ type: "ready", accent: session.brand.accent, isReturning: this.isReturning });
    this.startEngine(session, outbox, top);
  }

  private sessionFailed(error: Partial<ApiError>): void {
    const { status, retryAfter } = error;
    const isFinal = /^4(?!08|29)/.test(`${status}`); // 408, 429: for now
    // The token stays: one that is good no more is no reason to refuse, it gives a new visitor.
    this.phase.value = this.askAnew(error) ? "expired" : isFinal ? "refused" : "failed";
    if (isFinal) return;
    const wait = Math.max(reconnectDelay(this.attempt++), 1_000 * (retryAfter ?? 0));
    this.retryTimer = setTimeout(() => void this.openSession(), wait);
  }

  private startEngine(session: Session, outbox: Outbox, top: number): void {
    this.engine?.stop();
    this.outbox = outbox;
    this.engine = new Engine({
      kind: "visitor",
      token: () => this.token,
      http: (method, path, body, signal) => api.call(method, path, this.token, body, signal),
      outbox,
      epoch: session.epoch,
      onEvent: (event) => this.heard(event),
      onState: (state) => (this.connection.value = state),
      onHello: () => (Date.now() > this.desk.goodUntil ? void this.restart() : this.sendRead()),
      onSnapshotNeeded: (id) => this.history.reload(id),
      onEpoch: () => void this.restart(),
      onFatal: (code) => this.cutOff(code),
      onSent: (entry, ack) => this.noteSent(entry, ack),
      onSendFailed: ({ client_id }) => this.changePending(client_id, { state: "failed" }),
      onLost: () => void this.restart(),
      // UUIDv7: a greater id is a later conversation, begun in another tab.
      onUnfollowed: (event) => event.conversation > (this.conversation.value?.id ?? "") && this.adopt(event.conversation),
    });
    this.engine.start();
    if (session.conversation) this.engine.follow(session.conversation.id, top);
  }

  private cutOff(code: number): void {
    if (code === 4403 || this.attempt >= 3) this.phase.value = "refused";
    else this.retryTimer = setTimeout(() => void this.restart(), reconnectDelay(++this.attempt));
  }

  private heard(event: ServerEvent): void {
    if (isLogEvent(event)) this.apply(event);
    else if (event.type === "conversation.read") this.readBy(event.data.by, event.conversation, event.data.seq);
    else if (event.type === "queue.position_changed") this.desk.waiting.value = event.data;
    else if (event.type === "agent.availability_changed") this.availabilityChanged(event.data);
    else this.typing.heard(event);
  }

  private apply(event: LogEvent): void {
    batch(() => {
      const current = (this.conversation.value = changeConversation(this.conversation.value, event));
      if (current?.id === event.conversation) this.desk.heard(event, current);
      this.entries.value = correct(this.entries.value, event);
      const entry = toEntry(event);
      if (!entry) return;
      this.entries.value = [...this.entries.value, entry];
      if (entry.type !== "message") return;
      this.forget(entry.key);
      this.typing.wrote(entry.author.id);
      // Who answers has read what was before.
      if (entry.isMine || entry.author.kind === "agent") this.readBy(entry.author.kind, event.conversation, event.seq);
      if (!entry.isMine) this.announce(entry);
    });
  }

  private announce(entry: MessageEntry): void {
    if (!isUnread(entry, this.readSeq.value)) return;
    if (this.isSoundOn.value && !(this.isOpen.value && this.isVisible.value)) playChime();
    const text = entry.text || entry.files.map((file) => file.name).join(", ");
    this.host.send({ type: "message", author: entry.author.name || this.config.brand.name, text: text.slice(0, 300) });
  }

  /** Of the current conversation: what comes may be of another of the same visitor's, with numbers of its own. */
  private readBy(by: string, conversation: string | undefined, seq: number): void {
    if (conversation !== this.conversation.value?.id) return;
    const mark = by === "agent" ? this.agentReadSeq : this.readSeq;
    if (seq > mark.value) mark.value = seq;
  }

  private availabilityChanged({ agent, availability }: { agent: { name: string }; availability: "online" | "away" | "offline" }): void {
    const session = this.session.value;
    if (!session) return;
    const others = session.agents.filter((one) => one.name !== agent.name);
    const agents = availability === "online" ? [...others, { name: agent.name, availability }].slice(-3) : others;
    this.session.value = { ...session, agents, available: agents.length > 0 };
  }

  /** Another conversation is the current one now: begun by our message, or in another tab. */
  private adopt(id: string): void {
    const known = this.entries.peek().findLast((entry) => entry.conversation === id && entry.seq !== null);
    batch(() => {
      this.conversation.value = {
        id,
        status: "waiting",
        top: 0,
        visitor_read_seq: 0,
        agent_read_seq: 0,
        agent: null,
        created_ts: Date.now(),
      };
      this.readSeq.value = this.readSent = this.agentReadSeq.value = 0;
      this.newAfter.value = null;
      this.pending.value = this.pending.value.map((one) => ({ ...one, conversation: id }));
    });
    this.storage.set("returning", "1");
    this.host.send({ type: "ready", accent: this.config.brand.accent, isReturning: true });
    // Reopened: its earlier events are in the log already.
    this.engine?.follow(id, known?.seq ?? 0);
    void this.openCurrent();
  }

  /** The server's view of the current conversation: who has it, what was read. */
  private async openCurrent(): Promise<ConversationView | null> {
    const frame = await this.engine?.request("conversation.open", {}).catch(() => null);
    const opened = (frame?.data.conversation ?? null) as ConversationView | null;
    const known = this.conversation.value;
    // Asked before an event that is here already: what that told is newer.
    if (opened && opened.id === known?.id && opened.top >= known.top) {
      this.conversation.value = opened;
      this.desk.waiting.value = frame!.data.waiting;
    }
    return opened;
  }

  private post({ key, text, files }: Pick<MessageEntry, "key" | "text" | "files">, conversation?: string): void {
    const carried = files.length && { file_ids: files.map((file) => file.id), files };
    const entry = this.engine?.sendMessage({ client_id: key, kind: carried ? "file" : "text", text, ...carried }, conversation);
    if (!entry) return;
    const message = { ...fromOutbox(entry), conversation: this.conversation.value?.id ?? "" };
    this.pending.value = [...this.pending.value, message];
    this.isAtBottom.value = true;
  }

  private noteSent(entry: OutboxEntry, ack: MessageAck): void {
    this.changePending(entry.client_id, { state: "sent", seq: ack.seq, ts: ack.ts });
    if (ack.conversation !== this.conversation.value?.id) this.adopt(ack.conversation);
  }

  private changePending(key: string, change: Partial<MessageEntry>): void {
    this.pending.value = this.pending.value.map((one) => (one.key === key ? { ...one, ...change } : one));
  }

  private forget(key: string): void {
    this.pending.value = this.pending.value.filter((one) => one.key !== key);
  }

  private forgetAll(): void {
    this.entries.value = [];
    this.pending.value = [];
    this.conversation.value = null;
    this.newAfter.value = null;
    this.typing.clear();
  }

  private markRead(): void {
    if (!this.isOpen.value || !this.isVisible.value || !this.isAtBottom.value) return;
    const current = this.conversation.value?.id;
    const last = this.entries.value.findLast((entry) => entry.conversation === current && isUnread(entry, 0));
    if (!last || last.seq! <= this.readSeq.value) return;
    this.readSeq.value = last.seq!;
    this.sendRead();
  }

  private sendRead(): void {
    const seq = this.readSeq.peek();
    const current = this.conversation.peek();
    if (!current || seq <= this.readSent || this.connection.peek().kind !== "live") return;
    this.readSent = seq;
    this.engine?.request("conversation.read", { seq }, current.id).catch(() => (this.readSent = Math.min(this.readSent, seq - 1)));
  }
}
