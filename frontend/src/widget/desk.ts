// What the desk tells the visitor and asks of them: place in line, opening hours, a message for later, a rating.
import { computed, signal } from "@preact/signals";
import { newId } from "../engine";
import type { ConversationView, LogEvent } from "../engine";
import * as api from "./api";
import type { PageView, Session, Waiting } from "./api";
import type { PageInfo } from "./bridge";
import type { Chat } from "./chat";
import { fill } from "../i18n";
import { momentOf } from "./days";
import * as T from "./texts";

export type Contact = Record<"name" | "email" | "text", string>;

const MOST_PAGES = 20;
const WEEK_MS = 7 * 86_400_000;
const SOON_MS = 60_000;
const LONG_MS = 4 * 3_600_000;
/** Longer timers than about 24 days would fire at once. */
const LATE_MS = 2e9;

export class Desk {
  readonly waiting = signal<Waiting | null>(null);
  /** The visitor chose to leave a message instead of waiting. */
  readonly isLeaving = signal(false);
  /** The closed conversation that the visitor may rate. */
  readonly unrated = signal<string | null>(null);
  /** A closed conversation keeps its agent, who is with nobody. */
  readonly isGoingOn = computed(() => (this.chat.conversation.value?.status ?? "closed") !== "closed");
  /** Without an open conversation a form is all there is: nobody would answer. */
  readonly hasForm = computed(() => {
    const { is_open, can_leave_message } = this.chat.session.value?.hours ?? {};
    return this.isLeaving.value || Boolean(can_leave_message && !is_open && !this.isGoingOn.value);
  });
  /** When it opens, in words; "" while it is open. */
  readonly opens = computed(() => {
    const hours = this.chat.session.value?.hours;
    return !hours || hours.is_open ? "" : hours.opens_ts ? fill(T.opens, { when: momentOf(hours.opens_ts) }) : T.away;
  });
  /** The page that the server knows of. */
  seen = "";
  /** Pages that could not be told: they go with the next one. */
  private untold: PageView[] = [];
  private opening: ReturnType<typeof setTimeout> | undefined;
  /** Hours and agents may be others by then. A timer alone would not tell: it stands while the machine sleeps. */
  goodUntil = 0;
  /** Of the message that is being left: kept when sending has failed, so that it cannot arrive twice. */
  private key = newId();

  constructor(private readonly chat: Chat) {}

  /** The last conversation, where the visitor left before rating it: then it is the current one. */
  async findUnrated(token: string): Promise<ConversationView | null> {
    const [last] = await api.listConversations(token);
    return last && this.canRate(last) ? last : null;
  }

  begin({ waiting, hours, conversation }: Session): void {
    this.waiting.value = waiting;
    this.unrated.value = null;
    this.isLeaving.value = false;
    if (conversation) this.ask(conversation);
    clearTimeout(this.opening);
    const now = Date.now();
    const opens = hours.opens_ts;
    this.goodUntil = Math.max(opens || now + LONG_MS, now + SOON_MS);
    if (opens) this.opening = setTimeout(() => this.chat.restart(), Math.min(this.goodUntil - now, LATE_MS));
  }

  /** Nothing goes on for who has signed out. */
  forget(): void {
    clearTimeout(this.opening);
    this.untold = [];
  }

  /** The current conversation has changed by `event`. */
  heard({ type }: LogEvent, view: ConversationView): void {
    if (view.status !== "waiting") this.waiting.value = null;
    if (view.status !== "closed") this.unrated.value = null;
    else if (type === "conversation.closed") this.ask(view);
  }

  /** The visitor has gone on to another page. */
  saw({ url, title }: PageInfo): void {
    if (url === this.seen) return;
    this.seen = url;
    const views = [...this.untold, { url, title, ts: Date.now() }].slice(-MOST_PAGES);
    this.untold = [];
    api.post("/page-views", this.chat.token, { views }).catch(() => (this.untold = views));
  }

  /** Answers what went wrong, in words. */
  async leave(contact: Contact): Promise<string> {
    const { token, storage } = this.chat;
    // Before it is asked: its event may come before the answer, and opens the composer with whatever is kept.
    storage.set("draft", null);
    try {
      const { conversation } = await api.post<{ conversation: ConversationView }>("/left-messages", token, { client_id: this.key, ...contact });
      this.key = newId();
      this.waiting.value = null;
      this.isLeaving.value = false;
      this.chat.take(conversation);
      return "";
    } catch {
      storage.set("draft", contact.text);
      return T.notSent;
    }
  }

  async rate(score: number, comment: string): Promise<void> {
    await this.chat.request("conversation.rate", { score, comment }, this.unrated.value!);
    this.unrated.value = null;
  }

  skip(): void {
    this.chat.storage.set("skipped", this.unrated.value);
    this.unrated.value = null;
  }

  private ask(view: ConversationView): void {
    if (this.chat.session.value?.asks_for_rating && this.canRate(view)) this.unrated.value = view.id;
  }

  /** Once, where somebody has answered, and while the server accepts it. */
  private canRate({ id, status, agent, rating, created_ts }: ConversationView): boolean {
    const isRecent = Date.now() - created_ts < WEEK_MS;
    return status === "closed" && Boolean(agent) && !rating && isRecent && id !== this.chat.storage.get("skipped");
  }
}
