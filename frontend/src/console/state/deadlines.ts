// How late an answer is: what the clocks of rows and thread headers show. Pure.
import type { Row } from "../wire";

type Level = "calm" | "soon" | "late";

interface Deadline {
  since: number;
  /** null: nothing was promised, and nothing hurries. */
  due: number | null;
  level: Level;
}

/** Amber at half of the time, red at its end. */
export function levelOf(since: number, due: number | null, now: number): Level {
  if (due === null) return "calm";
  if (now >= due) return "late";
  return now - since >= (due - since) / 2 ? "soon" : "calm";
}

/** Since when the visitor waits for an answer and until when it was promised; null: nobody waits now. */
export function replyDeadline(row: Row, now: number): Deadline | null {
  if (row.status === "closed" || row.snoozed_until_ts !== null) return null;
  const since = row.awaiting_since_ts ?? (row.status === "waiting" ? row.waiting_since_ts : null);
  if (since === null) return null;
  const due = row.reply_due_ts;
  return { since, due, level: levelOf(since, due, now) };
}

/** Until when the conversation is to be over; null where that is not promised, or stands still. */
export function resolutionDeadline(row: Row, now: number): Deadline | null {
  const due = row.resolve_due_ts;
  if (row.status === "closed" || row.snoozed_until_ts !== null || due === null) return null;
  return { since: row.created_ts, due, level: levelOf(row.created_ts, due, now) };
}
