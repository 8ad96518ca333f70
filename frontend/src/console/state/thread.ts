// One conversation as it is shown: its log, what is still being sent, who is writing. The engine feeds it
// events in order; nothing here reorders or repeats them.
import { batch, computed, signal } from "@preact/signals";
import type { Author, FileView, LogEvent } from "../../engine/frames";
import type { OutboxEntry } from "../../engine/outbox";
import { ApiError, fetchEvents, fetchSnapshot } from "../api";
import { isMessage, type Profile, type Row, type Snapshot, type Viewer } from "../wire";
import { takeDrafts } from "./drafts";
import { applyCorrection, underLive } from "./log";
import { changeRow, putRow, rowSignal } from "./inbox";

export interface Pending {
  client_id: string;
  isNote: boolean;
  text: string;
  files: readonly FileView[];
  ts: number;
  /** Code of the final refusal, null while it is on its way. */
  failed: string | null;
}

interface Typing {
  author: Author;
  text: string;
}

type ThreadLoad = "loading" | "ready" | "missing" | "failed";

const OLDER_PAGE = 100;
const TYPING_LASTS_MS = 6_000;

export class Thread {
  readonly load = signal<ThreadLoad>("loading");
  readonly events = signal<readonly LogEvent[]>([]);
  readonly pending = signal<readonly Pending[]>([]);
  readonly profile = signal<Profile | null>(null);
  readonly hasMore = signal(false);
  readonly older = signal<"idle" | "loading" | "failed">("idle");
  readonly typing = signal<Typing | null>(null);
  /** Who looks at it, oneself among them. */
  readonly viewers = signal<readonly Viewer[]>([]);
  /** The "New" line stands after this seq; null where nothing was unread on opening. */
  readonly newAfter = signal<number | null>(null);
  /** How often its hints began to come: with the first and after each new connection. */
  readonly joined = signal(0);
  /** The conversation's row in the lists; null until it is known. */
  readonly row = computed<Row | null>(() => (this.load.value, rowSignal(this.id)?.value ?? null));
  private typingTimer = 0;

  constructor(readonly id: string) {}

  get top(): number {
    return this.events.peek().at(-1)?.seq ?? 0;
  }

  get isInTrouble(): boolean {
    return this.load.value === "missing" || this.load.value === "failed";
  }

  /** Loads the newest page; answers its top, after which live events follow. */
  async reload(): Promise<number> {
    if (this.load.peek() !== "ready") this.load.value = "loading";
    try {
      const asked = Date.now();
      this.takeSnapshot(await fetchSnapshot(this.id), asked);
      return this.top;
    } catch (error) {
      const isGone = error instanceof ApiError && (error.status === 404 || error.status === 403);
      if (isGone) this.load.value = "missing";
      else if (this.load.peek() !== "ready") this.load.value = "failed";
      throw error;
    }
  }

  private takeSnapshot({ row, visitor, events, more, viewers, drafts }: Snapshot, asked: number): void {
    const isFirst = this.load.peek() !== "ready";
    batch(() => {
      putRow(row);
      const known = this.profile.peek();
      // What was asked for besides the snapshot stays, as long as it is the same person.
      this.profile.value = known?.trail && known.id === visitor.id ? { ...known, ...visitor, former: known.former } : visitor;
      this.events.value = underLive(events, this.events.peek());
      this.hasMore.value = more;
      this.dropSent(events);
      if (isFirst) this.markNew(row.agent_read_seq);
      this.viewers.value = viewers;
      takeDrafts(drafts, asked, this.id);
      this.load.value = "ready";
    });
  }

  markNew(readSeq: number): void {
    const isUnread = (event: LogEvent): boolean =>
      event.seq > readSeq && isMessage(event) && event.data.author.kind === "visitor";
    const events = this.events.peek();
    this.newAfter.value = readSeq > 0 && events.some(isUnread) ? readSeq : null;
  }

  receive(event: LogEvent): void {
    if (event.seq <= this.top) return; // a snapshot was quicker
    batch(() => {
      this.events.value = [...applyCorrection(this.events.peek(), event), event];
      this.dropSent([event]);
      if (isMessage(event) && event.data.author.id === this.typing.peek()?.author.id) this.typing.value = null;
    });
  }

  private dropSent(events: readonly LogEvent[]): void {
    const sent = new Set(events.map((event) => event.data.client_id as string | null | undefined));
    const left = this.pending.peek().filter((one) => !sent.has(one.client_id));
    if (left.length !== this.pending.peek().length) this.pending.value = left;
  }

  async loadOlder(): Promise<void> {
    const first = this.events.peek()[0];
    if (!first || !this.hasMore.peek() || this.older.peek() === "loading") return;
    this.older.value = "loading";
    try {
      const page = await fetchEvents(this.id, first.seq, OLDER_PAGE);
      batch(() => {
        const before = page.events.filter((event) => event.seq < first.seq);
        this.events.value = [...before, ...this.events.peek()];
        this.hasMore.value = page.more && before.length > 0;
        this.older.value = "idle";
      });
    } catch {
      this.older.value = "failed";
    }
  }

  addPending(entry: OutboxEntry): void {
    const isKnown = this.events.peek().some((event) => event.data.client_id === entry.client_id);
    if (isKnown) return;
    const others = this.pending.peek().filter((one) => one.client_id !== entry.client_id);
    const isNote = entry.type === "note.create";
    const made = { client_id: entry.client_id, isNote, text: entry.text ?? "", files: entry.files ?? [], ts: entry.created_ts, failed: entry.failed };
    this.pending.value = [...others, made];
  }

  failPending(clientId: string, code: string): void {
    this.pending.value = this.pending
      .peek()
      .map((one) => (one.client_id === clientId ? { ...one, failed: code } : one));
  }

  dropPending(clientId: string): void {
    this.pending.value = this.pending.peek().filter((one) => one.client_id !== clientId);
  }

  showTyping(typing: Typing | null): void {
    clearTimeout(this.typingTimer);
    this.typing.value = typing;
    if (typing) this.typingTimer = window.setTimeout(() => (this.typing.value = null), TYPING_LASTS_MS);
  }

  /** A pushed row knows the visitor's name before the profile does (an identification, a colleague's correction). */
  noteVisitor({ name, email, identified }: Row["visitor"]): void {
    const known = this.profile.peek();
    if (!known || (known.name === name && known.email === email && known.identified === identified)) return;
    this.profile.value = { ...known, name, email, identified };
  }

  noteRead(by: "visitor" | "agent", seq: number): void {
    const field = by === "visitor" ? "visitor_read_seq" : "agent_read_seq";
    changeRow(this.id, (row) => (seq > row[field] ? { ...row, [field]: seq } : row));
  }
}
