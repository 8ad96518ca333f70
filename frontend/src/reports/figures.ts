// How figures are compared, sorted and written. Pure.
import type { Row, Sums } from "./wire";

export interface Change {
  /** Percent, rounded; Infinity: there was nothing before. */
  percent: number;
  kind: "better" | "worse" | "same" | "plain";
}

/** `good`: whether more of it is better, worse, or neither. */
export function changeOf(now: number | null, before: number | null, good: "more" | "less" | "neither"): Change | null {
  if (now === null || before === null) return null;
  if (before === 0 && now === 0) return { percent: 0, kind: "same" };
  const percent = before === 0 ? Infinity : Math.round(((now - before) / before) * 100);
  if (percent === 0) return { percent, kind: "same" };
  if (good === "neither") return { percent, kind: "plain" };
  return { percent, kind: percent > 0 === (good === "more") ? "better" : "worse" };
}

/** The share of promises that were kept, of those that were settled; null: none was. */
export function keptShare(sla: Sums["sla"]): number | null {
  const all = Object.values(sla);
  const kept = all.reduce((sum, one) => sum + one.kept, 0);
  const settled = kept + all.reduce((sum, one) => sum + one.broken, 0);
  return settled ? kept / settled : null;
}

export type Column = keyof typeof COLUMNS;

/** What can be sorted by, and where it stands in a row; null sorts last either way. */
export const COLUMNS = {
  name: (row: Row) => row.name,
  opened: (row: Row) => row.opened,
  assigned: (row: Row) => row.assigned,
  closed: (row: Row) => row.closed,
  messages_in: (row: Row) => row.messages_in,
  messages_out: (row: Row) => row.messages_out,
  waited: (row: Row) => row.waited.p50,
  first_response: (row: Row) => row.first_response.p50,
  resolution: (row: Row) => row.resolution.p50,
  csat: (row: Row) => row.csat.mean,
  kept: (row: Row) => keptShare(row.sla),
  busy: (row: Row) => row.load?.busy_seconds ?? null,
} satisfies Record<string, (row: Row) => number | string | null>;

export function sortRows(rows: readonly Row[], by: Column, isDown: boolean): Row[] {
  const value = COLUMNS[by];
  const sign = isDown ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return sign * (typeof a === "string" ? a.localeCompare(String(b)) : a - Number(b));
  });
}

/** Every stretch of the range, with its row or none: a day without anything is a day all the same. */
export function eachStretch(rows: readonly Row[], days: readonly string[]): { day: string; row: Row | null }[] {
  const byDay = new Map(rows.map((row) => [row.key, row]));
  return days.map((day) => ({ day, row: byDay.get(day) ?? null }));
}

/** All 24, in order, as "7:00", with their rows or none. */
export function eachHour(rows: readonly Row[]): { hour: string; row: Row | null }[] {
  const byHour = new Map(rows.map((row) => [row.key, row]));
  return Array.from({ length: 24 }, (_, hour) => ({ hour: `${hour}:00`, row: byHour.get(String(hour)) ?? null }));
}

const NICE_SECONDS = [1, 5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800];

/** Between two lines of a chart of durations: something that people count in. */
export const niceStep = (most: number): number => NICE_SECONDS.find((step) => most / step <= 6) ?? 2_592_000;
