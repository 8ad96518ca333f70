// A dictionary gives every key its words in each language, side by side: none can be forgotten, and no key stands in
// the bundle twice. "{name}" is filled in; where English needs a singular, write "one unread|{n} unread" and pass n.
import { computed, signal } from "@preact/signals";
import type { ReadonlySignal, Signal } from "@preact/signals";

export type Locale = "en" | "zh-Hans";
export type Fill = Record<string, string | number>;

/** Any language tag to one that we have. */
export function toLocale(tag: string | null | undefined): Locale {
  return /^zh\b/i.test(tag ?? "") ? "zh-Hans" : "en";
}

export function fill(pattern: string, values: Fill = {}): string {
  const [one, many] = pattern.split("|");
  const chosen = many !== undefined && values.n !== 1 ? many : one!;
  return chosen.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export interface Translator<K extends string> {
  locale: Signal<Locale>;
  t(key: K, values?: Fill): string;
  clock: ReadonlySignal<Intl.DateTimeFormat>;
}

/** `t` reads a signal: components that call it render anew when the language changes. */
export function makeTranslator<K extends string>(
  words: Record<K, readonly [en: string, zh: string]>,
  initial: Locale,
): Translator<K> {
  const locale = signal(initial);
  return {
    locale,
    t: (key, values) => fill(words[key][locale.value === "en" ? 0 : 1], values),
    clock: computed(() => new Intl.DateTimeFormat(tag(locale.value), { hour: "2-digit", minute: "2-digit", hour12: false })),
  };
}

/** For Intl: regional habits that the bare language tag lacks. */
export const tag = (locale: Locale): string => (locale === "zh-Hans" ? "zh-CN" : "en-GB");
