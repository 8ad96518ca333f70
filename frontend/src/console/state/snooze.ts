// Until when a conversation may sleep: what is offered, in the agent's own time. Pure.
const HOUR = 3_600_000;
const MORNING = 9;
const MONDAY = 1;

type SnoozeChoice = "hour" | "three_hours" | "tomorrow" | "monday" | "week";

/** A clock time some days later: by the calendar, so that a change of the clocks shifts nothing. */
function morningIn(now: number, days: number): number {
  const day = new Date(now);
  day.setDate(day.getDate() + days);
  return day.setHours(MORNING, 0, 0, 0);
}

export function snoozeChoices(now: number): { choice: SnoozeChoice; until: number }[] {
  const untilMonday = (MONDAY + 7 - new Date(now).getDay()) % 7 || 7;
  return [
    { choice: "hour", until: now + HOUR },
    { choice: "three_hours", until: now + 3 * HOUR },
    { choice: "tomorrow", until: morningIn(now, 1) },
    // On a Sunday that is tomorrow already.
    ...(untilMonday > 1 ? [{ choice: "monday" as const, until: morningIn(now, untilMonday) }] : []),
    { choice: "week", until: morningIn(now, 7) },
  ];
}

/** For <input type=datetime-local>: local time without a zone. */
export function localInput(ts: number): string {
  const day = new Date(ts);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}T${two(day.getHours())}:${two(day.getMinutes())}`;
}
