// From events to what stands in the log: days, runs of one author, system lines, the "New" line. Pure.
import { correctionOf } from "../../engine/frames";
import type { Author, LogEvent, MessageData } from "../../engine";
import { isMessage } from "../wire";
import { startOfDay } from "../words/times";
import type { Pending } from "./thread";

export interface Entry {
  /** The client_id where there is one, so that a sent message keeps its place on screen. */
  key: string;
  ts: number;
  seq: number | null;
  author: Author;
  isNote: boolean;
  event: LogEvent<MessageData> | null;
  pending: Pending | null;
}

export type Block =
  | { kind: "day"; key: string; ts: number }
  | { kind: "new"; key: string }
  | { kind: "line"; key: string; event: LogEvent }
  | {
      kind: "run";
      key: string;
      author: Author;
      isNote: boolean;
      /** Right after a run of the same author, only later: the name need not be said again. */
      isContinued: boolean;
      entries: Entry[];
    };

const RUN_GAP_MS = 5 * 60_000;

const VERBS = "created assigned transferred released closed reopened rated left_message tagged prioritised snoozed woken merged mailed";
const LINES = new Set(VERBS.split(" ").map((verb) => `conversation.${verb}`));

// Entries keep their identity between layouts, so that unchanged runs are not drawn again.
const entries = new WeakMap<object, Entry>();

function entryOf(event: LogEvent<MessageData>): Entry {
  let entry = entries.get(event);
  if (!entry) {
    const { author, client_id } = event.data;
    const isNote = event.type === "note.created";
    entry = { key: client_id ?? event.id, ts: event.ts, seq: event.seq, author, isNote, event, pending: null };
    entries.set(event, entry);
  }
  return entry;
}

function pendingEntry(pending: Pending, author: Author): Entry {
  let entry = entries.get(pending);
  if (!entry) {
    entry = { key: pending.client_id, ts: pending.ts, seq: null, author, isNote: pending.isNote, event: null, pending };
    entries.set(pending, entry);
  }
  return entry;
}

/** The events as they are after a message was edited or recalled; the same list where nothing changes. */
export function applyCorrection(events: readonly LogEvent[], correcting: LogEvent): readonly LogEvent[] {
  const changes = correctionOf(correcting);
  const event = changes && events.find((one) => one.id === correcting.data.message);
  if (!event || event.data.recalled) return events;
  const changed = { ...event, data: { ...event.data, ...changes } };
  return events.map((one) => (one === event ? changed : one));
}

/** A page that was read a moment ago, with what came live since: that comes only once, and the page lacks it. */
export function underLive(page: readonly LogEvent[], shown: readonly LogEvent[]): readonly LogEvent[] {
  const last = page.at(-1)?.seq ?? 0;
  return shown
    .filter((event) => event.seq > last)
    .reduce<readonly LogEvent[]>((events, event) => [...applyCorrection(events, event), event], page);
}

interface LogSource {
  events: readonly LogEvent[];
  pending: readonly Pending[];
  newAfter: number | null;
  me: Author;
}

class Layout {
  readonly blocks: Block[] = [];
  private day = -1;

  startDay(ts: number): void {
    const day = startOfDay(ts);
    if (day === this.day) return;
    this.day = day;
    this.blocks.push({ kind: "day", key: `day-${day}`, ts });
  }

  add(entry: Entry): void {
    const last = this.blocks.at(-1);
    const before = last?.kind === "run" ? last.entries.at(-1)! : null;
    const isContinued = before !== null && isSameVoice(before, entry);
    if (last?.kind === "run" && isContinued && entry.ts - before.ts < RUN_GAP_MS) {
      last.entries.push(entry);
      return;
    }
    const { author, isNote } = entry;
    this.blocks.push({ kind: "run", key: `run-${entry.key}`, author, isNote, isContinued, entries: [entry] });
  }
}

const isSameVoice = (one: Entry, other: Entry): boolean =>
  one.author.id === other.author.id && one.author.kind === other.author.kind && one.isNote === other.isNote;

export function layoutLog({ events, pending, newAfter, me }: LogSource): Block[] {
  const layout = new Layout();
  let isNewShown = newAfter === null;
  for (const event of events) {
    const isLine = LINES.has(event.type);
    if (!isLine && !isMessage(event)) continue;
    layout.startDay(event.ts);
    if (!isNewShown && newAfter !== null && event.seq > newAfter) {
      layout.blocks.push({ kind: "new", key: "new" });
      isNewShown = true;
    }
    if (isMessage(event)) layout.add(entryOf(event));
    else layout.blocks.push({ kind: "line", key: event.id, event });
  }
  for (const one of pending) {
    layout.startDay(one.ts);
    layout.add(pendingEntry(one, me));
  }
  return layout.blocks;
}
