// Days and hours as people write them. A day has no time zone any more: it is written as it is.
export const clockDay = (day: string, locale: string): string =>
  new Intl.DateTimeFormat(locale === "en" ? "en-GB" : "zh-CN", { day: "numeric", month: "short", timeZone: "UTC" }).format(Date.parse(`${day}T00:00:00Z`));

/** Monday is 1. */
export const weekday = (number: number, locale: string): string =>
  new Intl.DateTimeFormat(locale === "en" ? "en-GB" : "zh-CN", { weekday: "short", timeZone: "UTC" }).format(Date.UTC(2024, 0, number));

export const fullTime = (ts: number, locale: string): string =>
  new Intl.DateTimeFormat(locale === "en" ? "en-GB" : "zh-CN", { dateStyle: "medium", timeStyle: "short" }).format(ts);
