// Days and times as the visitor says them, in the zone of the visitor's own clock. Pure.
import { fill } from "../i18n";
import * as T from "./texts";

const relative = new Intl.RelativeTimeFormat(T.language, { numeric: "auto" });
const midnight = (ts: number): number => new Date(ts).setHours(0, 0, 0, 0);

/** "today", "yesterday", "tomorrow", "Monday", "23 Nov 2026". */
export function dayOf(ts: number, now = Date.now()): string {
  // Rounded: a day may have 23 or 25 hours.
  const days = Math.round((midnight(ts) - midnight(now)) / 86_400_000);
  if (Math.abs(days) < 2) return relative.format(days, "day");
  // The next days by their names, others by date.
  return new Date(ts).toLocaleDateString(T.language, days > 0 && days < 7 ? { weekday: "long" } : { dateStyle: "medium" });
}

/** "tomorrow at 09:00". */
export const momentOf = (ts: number, now?: number): string => fill(T.dayTime, { day: dayOf(ts, now), time: T.timeOfDay.format(ts) });
