// What happened to a row that somebody may want to hear of. Pure; ringing is state/notify.ts.
import type { Row } from "../wire";

export type BellEvent = "message" | "assigned" | "waiting" | "mention";
export const BELL_EVENTS: readonly BellEvent[] = ["message", "assigned", "waiting", "mention"];

/** Older news came with a list or a reconnect: the time to ring for it has passed. */
const FRESH_MS = 20_000;

const isFresh = (ts: number | null | undefined, now: number, freshMs = FRESH_MS): boolean => Boolean(ts) && now - ts! < freshMs;

/** `before` is missing for a row that was never loaded. `now` by the server's clock, whose times the rows have. */
export function bellOf(before: Row | undefined, after: Row, me: string, now: number, freshMs = FRESH_MS): BellEvent | null {
  if (after.status === "closed") return null;
  const isMine = after.agent?.id === me;
  // What was never loaded may have been mine for days: then it says itself since when.
  const isGiven = before ? before.agent?.id !== me : isFresh(after.assigned_ts, now, freshMs);
  if (isMine && isGiven) return "assigned";
  const said = after.last_message;
  const isSaid = said?.author_kind === "visitor" && said.ts !== before?.last_message?.ts && isFresh(said.ts, now, freshMs);
  if (isMine) return isSaid ? "message" : null;
  const waits = after.status === "waiting" && before?.status !== "waiting";
  return waits && isFresh(after.waiting_since_ts, now, freshMs) ? "waiting" : null;
}

/** Given to me since `start`, as a list says that was faster than the event: it rings as the event would. */
export const wasGivenSince = (row: Row, me: string, start: number, now: number): boolean =>
  row.status !== "closed" && row.agent?.id === me && (row.assigned_ts ?? 0) > start && isFresh(row.assigned_ts, now);

/** Whether it is mine because I answered it just now: that is no news to me. */
export const isMyAnswer = (row: Row, myName: string, now: number): boolean =>
  row.last_message?.author_kind === "agent" && row.last_message.author_name === myName && isFresh(row.last_message.ts, now);
