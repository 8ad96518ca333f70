// What happened to a row that somebody may want to hear of. Pure; ringing is state/notify.ts.
import type { Row } from "../wire";

export type BellEvent = "message" | "assigned" | "waiting" | "mention";
export const BELL_EVENTS: readonly BellEvent[] = ["message", "assigned", "waiting", "mention"];

/** Older news came with a list or a reconnect: the time to ring for it has passed. */
const FRESH_MS = 20_000;

const isFresh = (ts: number | null | undefined, now: number): boolean => Boolean(ts) && now - ts! < FRESH_MS;

/** `before` is missing for a row that was never loaded. */
export function bellOf(before: Row | undefined, after: Row, me: string, now: number): BellEvent | null {
  if (after.status === "closed") return null;
  const isMine = after.agent?.id === me;
  if (isMine && before && before.agent?.id !== me) return "assigned";
  const said = after.last_message;
  const isSaid = said?.author_kind === "visitor" && said.ts !== before?.last_message?.ts && isFresh(said.ts, now);
  if (isMine) return isSaid ? "message" : null;
  const waits = after.status === "waiting" && before?.status !== "waiting";
  return waits && isFresh(after.waiting_since_ts, now) ? "waiting" : null;
}
