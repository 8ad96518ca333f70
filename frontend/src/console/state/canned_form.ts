// What a canned reply may be, said beside the field that it is about. agents/canned.py has the same rules. Pure.
import { openVariables } from "./completion";

export const VARIABLES = ["visitor.name", "visitor.email", "visitor.phone", "agent.name", "brand.name", "conversation.id", "queue.name"];
/** Offered first; further ones of the world's, by their codes. */
const LANGUAGES = ["en", "zh-hans", "zh-hant", "ar", "cs", "da", "de", "el", "es", "fi", "fr", "he", "hi", "hu", "id", "it", "ja", "ko", "nl", "no", "pl", "pt", "pt-br", "ro", "ru", "sv", "th", "tr", "uk", "vi"];

const SHORTCUT = /^[\p{L}\p{N}_.-]{1,40}$/u;

interface Fields {
  shortcut: string;
  texts: Readonly<Record<string, string>>;
}

export type Problem = "noShortcut" | "shortcut" | "noText";

export const cleanShortcut = (typed: string): string => typed.trim().replace(/^\//, "");

/** By field: "shortcut", or a language. */
export function problemsOf({ shortcut, texts }: Fields): Record<string, Problem> {
  const found: Record<string, Problem> = {};
  const short = cleanShortcut(shortcut);
  if (!SHORTCUT.test(short)) found.shortcut = short ? "shortcut" : "noShortcut";
  const languages = Object.keys(texts);
  if (!languages.some((language) => texts[language]!.trim())) found[languages[0] ?? "en"] = "noText";
  return found;
}

/** Without those that were left empty. */
export const filledTexts = (texts: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).filter(([, text]) => text.trim()));

/** What nobody will ever fill; it is kept as it stands, so this only warns. */
export function unknownVariables(text: string): string[] {
  const nameOf = (variable: string): string => variable.slice(2, -2).split("|")[0]!.trim();
  return openVariables(text).filter((variable) => !VARIABLES.includes(nameOf(variable)));
}

/** The codes of LANGUAGES that have no text yet. */
export const languagesLeft = (texts: Readonly<Record<string, string>>): string[] => LANGUAGES.filter((code) => !Object.hasOwn(texts, code));

/** The nearest of our codes: a conversation's language may be "zh-CN", a console's "zh-Hans". */
export function cannedLanguage(tag: string): string {
  const wanted = tag.toLowerCase();
  if (/^zh\b/.test(wanted)) return /hant|tw|hk|mo/.test(wanted) ? "zh-hant" : "zh-hans";
  return LANGUAGES.find((code) => code === wanted) ?? (/^[a-z]{2,3}(-[a-z0-9]{2,8})?$/.test(wanted) ? wanted : "en");
}
