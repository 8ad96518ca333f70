// The part of the log that was there before: first page, earlier pages, then earlier conversations.
import { signal } from "@preact/signals";
import type { Signal } from "@preact/signals";
import type { ConversationView, LogEvent } from "../engine";
import { listConversations, loadEvents } from "./api";
import type { EventsPage } from "./api";
import { toEntry } from "./timeline";
import type { Entry } from "./timeline";

const toEntries = (events: LogEvent[]): Entry[] => events.map(toEntry).filter((entry) => entry !== null);
const topOf = (events: LogEvent[]): number => events.reduce((top, event) => Math.max(top, event.seq), 0);
const lowestOf = (events: LogEvent[]): number => events.reduce((low, event) => Math.min(low, event.seq), Infinity);

export class History {
  readonly hasOlder = signal(false);
  readonly isLoading = signal(false);
  readonly hasFailed = signal(false);
  /** The oldest that is shown; `more`: its own conversation goes on above it. */
  private oldest: { conversation: string; seq: number; more: boolean } | null = null;
  private former: ConversationView[] | null = null;
  /** Changes with each start, which may be another visitor's: answers to earlier questions belong to what was before. */
  private turn = {};

  constructor(
    private readonly entries: Signal<Entry[]>,
    private readonly token: () => string,
  ) {}

  /** Answers the top `seq` of what is shown, to follow from there. */
  start(conversation: ConversationView | null, page: EventsPage | null, mayHaveFormer: boolean): number {
    this.turn = {};
    this.former = null;
    this.hasFailed.value = false;
    this.oldest = conversation && page && { conversation: conversation.id, seq: lowestOf(page.events), more: page.more };
    this.entries.value = page ? toEntries(page.events) : [];
    this.hasOlder.value = Boolean(page?.more) || mayHaveFormer;
    return page ? topOf(page.events) : 0;
  }

  /** One conversation's newest page instead of what is held of it. Answers its top. */
  async reload(conversation: string): Promise<number> {
    const page = await this.ask((token) => loadEvents(token, conversation));
    const others = this.entries.value.filter((entry) => entry.conversation !== conversation);
    this.entries.value = [...others, ...toEntries(page.events)];
    if (!this.oldest || this.oldest.conversation === conversation) {
      this.oldest = { conversation, seq: lowestOf(page.events), more: page.more };
      this.hasOlder.value ||= page.more;
    }
    return topOf(page.events);
  }

  async loadOlder(): Promise<void> {
    if (this.isLoading.value || !this.hasOlder.value) return;
    this.isLoading.value = true;
    this.hasFailed.value = false;
    const { turn } = this;
    try {
      const target = this.oldest?.more ? this.oldest : await this.nextFormer();
      if (target) await this.prepend(target.conversation, target.seq);
      else this.hasOlder.value = false;
    } catch {
      this.hasFailed.value = turn === this.turn;
    }
    this.isLoading.value = false;
  }

  private async ask<T>(question: (token: string) => Promise<T>): Promise<T> {
    const { turn } = this;
    const answer = await question(this.token());
    if (turn !== this.turn) throw 0;
    return answer;
  }

  private async prepend(conversation: string, before: number | undefined): Promise<void> {
    const page = await this.ask((token) => loadEvents(token, conversation, before));
    this.oldest = { conversation, seq: Math.min(lowestOf(page.events), before ?? Infinity), more: page.more && page.events.length > 0 };
    this.entries.value = [...toEntries(page.events), ...this.entries.value];
  }

  private async nextFormer(): Promise<{ conversation: string; seq: undefined } | null> {
    if (!this.former) {
      const shown = this.oldest?.conversation ?? "";
      const all = await this.ask(listConversations);
      // UUIDv7 sorts by age: what is smaller than the oldest shown is earlier.
      this.former = all.filter((one) => one.top > 0 && (!shown || one.id < shown)).sort((a, b) => (a.id < b.id ? 1 : -1));
    }
    const next = this.former.shift();
    return next ? { conversation: next.id, seq: undefined } : null;
  }
}
