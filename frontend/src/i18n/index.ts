// Languages, and how a sentence is filled in: "{name}" is replaced; where English needs a singular, write
// "one unread|{n} unread" and pass n.

export type Locale = "en" | "zh-Hans";
type Fill = Record<string, string | number>;

/** Any language tag to one that we have. */
export function toLocale(tag: string | null | undefined): Locale {
  return /^zh\b/i.test(tag ?? "") ? "zh-Hans" : "en";
}

export function fill(pattern: string, values: Fill = {}): string {
  const [one, many] = pattern.split("|");
  const chosen = many !== undefined && values.n !== 1 ? many : one!;
  return chosen.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** For Intl: regional habits that the bare language tag lacks. */
export const tag = (locale: Locale): string => (locale === "zh-Hans" ? "zh-CN" : "en-GB");
