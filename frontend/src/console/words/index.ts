// The words on screen, in the chosen language, and how times, sizes and languages are written in it.
import { computed, signal } from "@preact/signals";
import type { Locale } from "../../i18n";
import { en, type Dictionary } from "./en";
import { zh } from "./zh";

export { toLocale, type Locale } from "../../i18n";
export const LOCALES: readonly { code: Locale; name: string }[] = [
  { code: "en", name: "English" },
  { code: "zh-Hans", name: "简体中文" },
];

export const locale = signal<Locale>("en");
export const words = computed<Dictionary>(() => (locale.value === "zh-Hans" ? zh : en));

/** What to tell a person about a refusal. */
export function explain(error: unknown): string {
  const { errors } = words.peek();
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "internal";
  return errors[code] ?? errors.internal ?? "";
}
