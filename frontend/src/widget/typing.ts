// Who is writing, both ways. Best effort: a hint lasts six seconds unless renewed.
import { signal } from "@preact/signals";
import type { ServerEvent } from "../engine";

const LASTS_MS = 6_000;
const RENEW_MS = 2_500;
const PREVIEW = 500;

export class Typing {
  /** Names of agents who write right now, by id. */
  readonly writers = signal<ReadonlyMap<string, string>>(new Map());
  private timers = new Map<string, ReturnType<typeof setTimeout>>();
  private toldAt = 0;
  private trailing: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly hint: (type: string, data: object) => void) {}

  heard(event: ServerEvent): void {
    const { author } = event.data;
    if (!author || author.kind === "visitor") return;
    const id = String(author.id);
    if (event.type === "typing.stopped") this.wrote(id);
    if (event.type !== "typing.started") return;
    clearTimeout(this.timers.get(id));
    this.timers.set(id, setTimeout(() => this.wrote(id), LASTS_MS));
    this.writers.value = new Map(this.writers.value).set(id, String(author.name ?? ""));
  }

  /** Their message is here, or their time is over. */
  wrote(id: string | null): void {
    if (id === null || !this.writers.peek().has(id)) return;
    const left = new Map(this.writers.peek());
    left.delete(id);
    this.writers.value = left;
  }

  clear(): void {
    this.writers.value = new Map();
  }

  /** Our own text changed: told at once, then at most every 2.5 s, the last state always. */
  changed(text: string): void {
    clearTimeout(this.trailing);
    if (!text.trim()) return this.stopped();
    const wait = this.toldAt + RENEW_MS - Date.now();
    if (wait > 0) {
      this.trailing = setTimeout(() => this.changed(text), wait);
      return;
    }
    this.toldAt = Date.now();
    this.hint("typing.start", { text: text.slice(0, PREVIEW) });
  }

  stopped(): void {
    clearTimeout(this.trailing);
    if (!this.toldAt) return;
    this.toldAt = 0;
    this.hint("typing.stop", {});
  }

  /** The message itself tells that writing is over. */
  sent(): void {
    clearTimeout(this.trailing);
    this.toldAt = 0;
  }
}
