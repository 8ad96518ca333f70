// The shapes that travel: envelope, events, views. One place for widget and console.

export type AuthorKind = "visitor" | "agent" | "bot" | "system";
export type Availability = "online" | "away" | "offline";
export type ConversationStatus = "waiting" | "assigned" | "closed";

export interface Author {
  kind: AuthorKind;
  id: string | null;
  name: string;
}

export interface NamedRef {
  id: string;
  name: string;
}

export interface FileView {
  id: string;
  name: string;
  size: number;
  content_type: string;
  width: number | null;
  height: number | null;
  url: string;
}

export interface ConversationView {
  id: string;
  status: ConversationStatus;
  top: number;
  visitor_read_seq: number;
  agent_read_seq: number;
  agent: NamedRef | null;
  left_message?: boolean;
  rating?: number | null;
  created_ts: number;
}

export interface Limits {
  text: number;
  frame: number;
  upload: number;
  files: number;
}

export interface Frame<D = Record<string, unknown>> {
  type: string;
  id?: string;
  reply_to?: string;
  conversation?: string;
  seq?: number;
  ts?: number;
  data: D;
}

export interface HelloData {
  session: string;
  epoch: string;
  heartbeat: number;
  limits: Limits;
  server_time: number;
  me: { kind: "visitor" | "agent"; id: string; name: string };
  brand: { id: string; slug: string; name: string; accent: string };
}

export interface MessageData {
  client_id: string | null;
  kind: "text" | "file";
  text: string;
  html: string;
  files: FileView[];
  author: Author;
  /** When it was edited last; missing for a message that is as it was sent. */
  edited_ts?: number;
  /** Its author took it back: no text, no files. */
  recalled?: boolean;
  /** In notes: ids of the agents that it names. */
  mentions?: string[];
}

export interface ResumedData {
  epoch: string;
  conversations: Record<string, { recovered: boolean; top: number; events: LogEvent[]; error?: string }>;
}

export interface MessageAck {
  client_id: string;
  id: string;
  conversation: string;
  seq: number;
  ts: number;
  duplicate: boolean;
}

/** An event of a conversation's log: gapless `seq`, delivered once and in order. */
export interface LogEvent<D = any> extends Frame<D> {
  id: string;
  conversation: string;
  seq: number;
  ts: number;
}

/** What a later event changes in the message that it names (`data.message`); null for other events. Twice is harmless. */
export function correctionOf({ type, data }: LogEvent): Partial<MessageData> | null {
  if (type !== "message.edited" && type !== "message.recalled") return null;
  // An edit that came before the recall is empty by now.
  const isGone = type === "message.recalled" || data.recalled === true;
  return isGone ? { text: "", html: "", files: [], recalled: true } : { text: data.text, html: data.html, edited_ts: data.edited_ts };
}

/** What the engine hands to its owner: log events in order, and hints (typing, read, rows, presence) as they come. */
export type ServerEvent = Frame<any>;

export const isLogEvent = (frame: Frame<any>): frame is LogEvent =>
  typeof frame.seq === "number" && typeof frame.conversation === "string";

/** Anything that is not an envelope gives null: one bad frame never stops the connection. */
export function toFrame(value: unknown): Frame<any> | null {
  const { type, data } = (value ?? {}) as { type?: unknown; data?: unknown };
  if (typeof type !== "string") return null;
  return { ...(value as object), type, data: Object(data) === data ? (data as object) : {} };
}

export function decodeFrame(raw: unknown): Frame<any> | null {
  try {
    return toFrame(JSON.parse(raw as string));
  } catch {
    return null;
  }
}

/** A refusal by the server, or one of our own: `disconnected`, `timeout`, `stopped`. */
export class FrameError extends Error {
  constructor(
    readonly code: string,
    /** Seconds, where the server named them. */
    readonly retryAfter: number | null = null,
  ) {
    super(code);
  }
}
