// What supervisors ask for: the live board, and moving conversations.
import type { Availability, NamedRef } from "../engine";
import { callAgent } from "./api";
import type { ConversationStatus } from "../engine/frames";

export interface BoardQueue extends NamedRef {
  waiting: number;
  longest_since_ts: number | null;
  assigned: number;
  answer_seconds: number;
  hours: { is_open: boolean; opens_ts: number | null } | null;
}

export interface BoardAgent extends NamedRef {
  availability: Availability;
  since_ts: number | null;
  load: number;
  capacity: number;
}

export interface BoardTalk {
  id: string;
  status: ConversationStatus;
  visitor: { id: string; name: string | null };
  queue: NamedRef | null;
  agent: NamedRef | null;
  left_message: boolean;
  text: string;
  waiting_since_ts: number | null;
  awaiting_since_ts: number | null;
  reply_due_ts: number | null;
  snoozed_until_ts: number | null;
}

export interface BoardSnapshot {
  at_ts: number;
  waiting: number;
  longest_since_ts: number | null;
  left_messages: number;
  assigned: number;
  queues: BoardQueue[];
  agents: BoardAgent[];
  today: {
    opened: number;
    closed: number;
    first_response_seconds: number | null;
    csat: { mean: number | null; count: number };
    missed_deadlines: number;
  };
  conversations: BoardTalk[];
  more: boolean;
}

const never = (): AbortSignal => new AbortController().signal;

export const fetchBoard = (zone: string): Promise<BoardSnapshot> =>
  callAgent("GET", `/board?${new URLSearchParams({ tz: zone })}`, undefined, never());
