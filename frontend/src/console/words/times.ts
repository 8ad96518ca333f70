// Times as people say them: now, 3 min, 14:05, Mon, 12 Mar. Pure functions of (time, now, locale).
import { words, type Locale } from "./index";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(locale: Locale, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) {
    // British English writes 24 hours and "12 Mar", the plainest form for a worldwide desk.
    found = new Intl.DateTimeFormat(locale === "en" ? "en-GB" : "zh-CN", options);
    formats.set(key, found);
  }
  return found;
}

export const startOfDay = (ts: number): number => new Date(ts).setHours(0, 0, 0, 0);

export const clockTime = (ts: number, locale: Locale): string =>
  format(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(ts);

export const fullTime = (ts: number, locale: Locale): string =>
  format(locale, { dateStyle: "medium", timeStyle: "short" }).format(ts);

const daysBetween = (earlier: number, later: number): number =>
  Math.round((startOfDay(later) - startOfDay(earlier)) / DAY);

function dateOf(ts: number, now: number, locale: Locale): string {
  const isSameYear = new Date(ts).getFullYear() === new Date(now).getFullYear();
  const year = isSameYear ? {} : ({ year: "numeric" } as const);
  return format(locale, { day: "numeric", month: "short", ...year }).format(ts);
}

/** For list rows: as short as can be. */
export function shortTime(ts: number, now: number, locale: Locale): string {
  const age = now - ts;
  if (age < MINUTE) return locale === "en" ? "now" : "刚刚";
  if (age < HOUR) return span(age, locale);
  const days = daysBetween(ts, now);
  if (days === 0) return clockTime(ts, locale);
  if (days < 7) return format(locale, { weekday: "short" }).format(ts);
  return dateOf(ts, now, locale);
}

/** When something is due: 14:05 today, Thu 14:05 within a week, otherwise the date. */
export function dueTime(ts: number, now: number, locale: Locale): string {
  const days = Math.abs(daysBetween(now, ts));
  if (days === 0) return clockTime(ts, locale);
  if (days >= 7) return dateOf(ts, now, locale);
  return `${format(locale, { weekday: "short" }).format(ts)} ${clockTime(ts, locale)}`;
}

export function dayLabel(ts: number, now: number, locale: Locale): string {
  const days = daysBetween(ts, now);
  if (days === 0) return words.value.today;
  if (days === 1) return words.value.yesterday;
  const isSameYear = new Date(ts).getFullYear() === new Date(now).getFullYear();
  const year = isSameYear ? {} : ({ year: "numeric" } as const);
  return format(locale, { weekday: "long", day: "numeric", month: "long", ...year }).format(ts);
}

/** How long something has lasted: 40 s, 3 min, 2 h 5 min, 3 d. */
export function span(ms: number, locale: Locale): string {
  const unit = locale === "en" ? { m: " min", h: " h", d: " d" } : { m: " 分钟", h: " 小时", d: " 天" };
  const minutes = Math.max(Math.floor(ms / MINUTE), 0);
  if (minutes < 1) return locale === "en" ? "< 1 min" : "不到 1 分钟";
  if (minutes < 60) return `${minutes}${unit.m}`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}${unit.h}`;
  return `${Math.floor(minutes / 60 / 24)}${unit.d}`;
}

export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1).replace(/\.0$/, "")} MB`;
}

/** The server stops counting at 1000. */
export const compactCount = (n: number): string => (n < 1000 ? String(n) : "999+");

export function languageName(tag: string, locale: Locale): string {
  try {
    return new Intl.DisplayNames([locale], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
