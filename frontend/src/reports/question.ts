// What is asked for, and how it stands in the address, so that a report can be sent to a colleague. Pure.
export interface Question {
  from: string;
  to: string;
  tz: string;
  time: "clock" | "business";
  queue: string;
  agent: string;
  tag: string;
  compare: boolean;
}

type Preset = "today" | "7" | "28" | "90";
export const PRESETS: readonly Preset[] = ["today", "7", "28", "90"];

const DAY_MS = 86_400_000;

/** The date in a time zone, as 2026-11-25. */
export function dayIn(tz: string, now: number): string {
  // Swedish writes dates as ISO does.
  return new Intl.DateTimeFormat("sv-SE", { timeZone: tz, year: "numeric", month: "2-digit", day: "2-digit" }).format(now);
}

export const addDays = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS) + 1;

export function presetRange(preset: Preset, tz: string, now: number): { from: string; to: string } {
  const to = dayIn(tz, now);
  return { from: preset === "today" ? to : addDays(to, 1 - Number(preset)), to };
}

export const presetOf = (question: Question, now: number): Preset | null =>
  PRESETS.find((preset) => {
    const range = presetRange(preset, question.tz, now);
    return range.from === question.from && range.to === question.to;
  }) ?? null;

const DAY = /^\d{4}-\d\d-\d\d$/;

export function readQuestion(search: string, zone: string, now: number): Question {
  const values = new URLSearchParams(search);
  const tz = isZone(values.get("tz")) ? values.get("tz")! : zone;
  const [from, to] = [values.get("from") ?? "", values.get("to") ?? ""];
  const range = DAY.test(from) && DAY.test(to) && from <= to ? { from, to } : presetRange("28", tz, now);
  return {
    ...range,
    tz,
    time: values.get("time") === "business" ? "business" : "clock",
    queue: values.get("queue") ?? "",
    agent: values.get("agent") ?? "",
    tag: values.get("tag") ?? "",
    compare: values.get("compare") !== "false",
  };
}

export function questionQuery(question: Question): string {
  const { from, to, tz, time, queue, agent, tag, compare } = question;
  return new URLSearchParams({
    from,
    to,
    tz,
    time,
    ...(queue && { queue }),
    ...(agent && { agent }),
    ...(tag && { tag }),
    compare: String(compare),
  }).toString();
}

function isZone(name: string | null): boolean {
  if (!name) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** More days than this are too thin to be told apart in a chart: they are taken together by weeks. */
const MOST_DAYS = 120;

export const stretchOf = ({ from, to }: Pick<Question, "from" | "to">): "day" | "week" =>
  daysBetween(from, to) > MOST_DAYS ? "week" : "day";

/** The days, or the Mondays of the weeks, as the server names them. */
export function stretchesOf(range: Pick<Question, "from" | "to">): string[] {
  const isByWeek = stretchOf(range) === "week";
  const sinceMonday = (new Date(`${range.from}T00:00:00Z`).getUTCDay() + 6) % 7;
  const first = isByWeek ? addDays(range.from, -sinceMonday) : range.from;
  const step = isByWeek ? 7 : 1;
  return Array.from({ length: Math.ceil(daysBetween(first, range.to) / step) }, (_, n) => addDays(first, n * step));
}
