// What the log shows, worked out from events: entries, runs of one author, day dividers, the "new" line. Pure.
import { correctionOf } from "../engine";
import { fill } from "../i18n";
import * as T from "./texts";
import type { Author, FileView, LogEvent, MessageData, OutboxEntry } from "../engine";

export interface MessageEntry extends Pick<MessageData, "edited_ts" | "recalled"> {
  type: "message";
  /** Empty until the server has given one. */
  id: string;
  /** client_id for our own, so that a message keeps its place and element when it is acknowledged. */
  key: string;
  conversation: string;
  seq: number | null;
  ts: number;
  author: Author;
  isMine: boolean;
  text: string;
  html: string;
  files: FileView[];
  state: "sending" | "sent" | "failed";
}

interface NoticeEntry {
  type: "notice";
  key: string;
  conversation: string;
  seq: number;
  ts: number;
  text: string;
}

export type Entry = MessageEntry | NoticeEntry;

/** Null for events that a visitor is not shown (advanced, created, released). */
export function toEntry(event: LogEvent): Entry | null {
  if (event.type === "message.created") return toMessage(event);
  const { conversation, seq, ts, data } = event;
  const texts: Record<string, string> = {
    "conversation.assigned": fill(T.assigned, data.agent),
    "conversation.transferred": fill(T.transferred, data.to?.agent ?? data.to?.queue),
    "conversation.closed": T.closed,
    "conversation.reopened": T.reopened,
    "conversation.left_message": fill(T.left, data),
    "conversation.rated": fill(T.rated, { score: T.scores[data.score - 1]! }),
  };
  const text = texts[event.type];
  return text ? { type: "notice", key: `${conversation}:${seq}`, conversation, seq, ts, text } : null;
}

type Told = Pick<MessageEntry, "id" | "conversation" | "seq" | "ts"> & { data: Partial<MessageData> & Pick<MessageData, "author"> };

function toMessage({ id, data, conversation, seq, ts }: Told): MessageEntry {
  const isMine = data.author.kind === "visitor";
  const key = (isMine && data.client_id) || id;
  const { author, text = "", html = "", files = [], edited_ts, recalled } = data;
  return { type: "message", id, key, conversation, seq, ts, author, isMine, text, html, files, edited_ts, recalled, state: "sent" };
}

/** `entries` with the message that `event` corrects, as it is now. */
export function correct(entries: Entry[], event: LogEvent): Entry[] {
  const correction = correctionOf(event);
  if (!correction) return entries;
  return entries.map((entry) => (entry.type === "message" && entry.id === event.data.message ? { ...entry, ...correction } : entry));
}

export function fromOutbox({ client_id, conversation, created_ts: ts, text = "", files = [], failed }: OutboxEntry): MessageEntry {
  const data = { author: { kind: "visitor" as const, id: null, name: "" }, client_id, text, files };
  return { ...toMessage({ id: "", conversation: conversation ?? "", seq: null, ts, data }), state: failed ? "failed" : "sending" };
}

export type Item =
  | { type: "day"; key: string; ts: number }
  | { type: "new"; key: string }
  | { type: "start"; key: string }
  | { type: "notice"; key: string; entry: NoticeEntry }
  | { type: "message"; key: string; entry: MessageEntry; isFirst: boolean; isLast: boolean };

const RUN_GAP_MS = 5 * 60_000;

const isSameDay = (a: number, b: number): boolean => new Date(a).toDateString() === new Date(b).toDateString();

const isSameRun = (a: Entry | undefined, b: Entry | undefined): boolean =>
  a?.type === "message" &&
  b?.type === "message" &&
  a.author.kind === b.author.kind &&
  (a.isMine || a.author.id === b.author.id) &&
  a.state !== "failed" &&
  b.state !== "failed" &&
  Math.abs(b.ts - a.ts) < RUN_GAP_MS &&
  isSameDay(a.ts, b.ts);

/** `newAfter`: the first message of others with a higher seq in `newIn` gets the "new" line before it. */
export function layOut(entries: Entry[], newIn: string | null, newAfter: number | null): Item[] {
  const items: Item[] = [];
  let isNewShown = newAfter === null;
  entries.forEach((entry, index) => {
    const before = entries[index - 1];
    const after = entries[index + 1];
    const isOtherConversation = before && entry.conversation && before.conversation !== entry.conversation;
    if (isOtherConversation) items.push({ type: "start", key: `start:${entry.conversation}` });
    if (!before || !isSameDay(before.ts, entry.ts)) items.push({ type: "day", key: `day:${entry.key}`, ts: entry.ts });
    if (!isNewShown && entry.conversation === newIn && isUnread(entry, newAfter!)) {
      items.push({ type: "new", key: "new" });
      isNewShown = true;
    }
    if (entry.type === "notice") items.push({ type: "notice", key: entry.key, entry });
    else {
      const broken = items.at(-1)?.type !== "message";
      items.push({
        type: "message",
        key: entry.key,
        entry,
        isFirst: broken || !isSameRun(before, entry),
        isLast: !isSameRun(entry, after),
      });
    }
  });
  return items;
}

export const isUnread = (entry: Entry, readSeq: number): boolean =>
  entry.type === "message" && !entry.isMine && entry.seq !== null && entry.seq > readSeq;

export const countUnread = (entries: Entry[], conversation: string, readSeq: number): number =>
  entries.reduce((sum, entry) => sum + Number(entry.conversation === conversation && isUnread(entry, readSeq)), 0);
