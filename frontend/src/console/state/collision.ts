// Whether a colleague answered while one was writing. The server refuses nothing: the console asks before it sends. Pure.
import type { LogEvent, MessageData } from "../../engine";

/** The last answer by somebody else that came after the writing began; null where there is none. */
export function answeredMeanwhile(events: readonly LogEvent[], begunSeq: number, me: string): LogEvent<MessageData> | null {
  for (let index = events.length - 1; index >= 0 && events[index]!.seq > begunSeq; index--) {
    const event = events[index]!;
    if (isAnswer(event) && event.data.author.id !== me && !event.data.recalled) return event;
  }
  return null;
}

const isAnswer = (event: LogEvent): event is LogEvent<MessageData> =>
  event.type === "message.created" && event.data.author.kind !== "visitor";

/** What had been said when this was written: for a draft that was begun before the page was loaded. */
export function seqAt(events: readonly LogEvent[], ts: number): number {
  const before = events.filter((event) => event.ts <= ts);
  return before.at(-1)?.seq ?? (events[0]?.seq ?? 1) - 1;
}
