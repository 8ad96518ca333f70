// What is being typed at the caret that calls for a choice: `/` a canned reply, `@` a colleague, `:` an emoji. Pure.

export type Trigger = "canned" | "mention" | "emoji";

export interface Typed {
  kind: Trigger;
  /** Where the sign stands; the choice takes the place from here to the caret. */
  from: number;
  query: string;
}

// Chinese has no blanks, and its input methods give `、` for the key of `/`, and `／`. A `、` also parts the words of a list,
// so that it calls only where no list can be. Names have blanks: a mention goes on over one of them. An emoji needs two letters: "at 10:30" and ":)" call for none.
const PATTERNS: readonly [Trigger, RegExp][] = [
  ["canned", /(?:(?:^|\s)[/／、]|[\p{Script=Han}，。！？；：、…—（）《》【】“”‘’][/／])([\p{L}\p{N}._-]{0,40})$/u],
  ["mention", /(?:^|[\s(，。])@([\p{L}\p{N}._-]{0,40}(?: [\p{L}\p{N}._-]{1,40})?)$/u],
  ["emoji", /(?:^|\s|[\p{Script=Han}，。！？])[:：]([\p{L}_]{2,30})$/u],
];

export function typedAt(text: string, caret: number, allowed: ReadonlySet<Trigger>): Typed | null {
  const before = text.slice(0, caret);
  for (const [kind, pattern] of PATTERNS) {
    const query = allowed.has(kind) ? pattern.exec(before)?.[1] : undefined;
    if (query !== undefined) return { kind, from: caret - query.length - 1, query };
  }
  return null;
}

interface Put {
  text: string;
  caret: number;
}

/** `caret`: where it stood when the choice was made; `now`: where it stands, for whoever types on meanwhile. */
export function putIn(text: string, { from }: Typed, caret: number, piece: string, now = caret): Put {
  const end = from + piece.length;
  return { text: text.slice(0, from) + piece + text.slice(caret), caret: now > caret ? end + now - caret : end };
}

interface Named {
  id: string;
  name: string;
}

/** Whom the text calls by `@name`: long names first, so that "@Bo Li" is not Bo. */
export function mentionsIn<T extends Named>(text: string, people: readonly T[]): T[] {
  const found: T[] = [];
  let left = text.toLowerCase();
  for (const person of [...people].sort((one, other) => other.name.length - one.name.length)) {
    const called = `@${person.name.toLowerCase()}`;
    if (!person.name || !left.includes(called)) continue;
    found.push(person);
    left = left.replaceAll(called, " ");
  }
  return found;
}

/** The text for the conversation's language, else a near one (zh for zh-hans), the brand's, any. */
export function pickVariant(texts: Readonly<Record<string, string>>, language: string, brand: string): string {
  const wanted = language.toLowerCase();
  const names = Object.keys(texts).sort();
  const near = names.filter((name) => wanted && name.split("-")[0] === wanted.split("-")[0]);
  const found = [wanted, ...near, brand.toLowerCase(), ...names].find((name) => texts[name]);
  return found === undefined ? "" : texts[found]!;
}

/**
 * The text as the server will put it in: agents/variables.py has the same rule. Where there is no value, what stands after
 * the `|` is said, if anything does; else the variable stays as it is.
 */
export function fillVariables(text: string, values: Readonly<Record<string, string | null | undefined>>): string {
  return text.replace(/([ \t]*)(\{\{\s*([a-z]+(?:\.[a-z_]+)+)\s*(?:\|([^{}\n]*))?\}\})/g, (_, blank: string, whole: string, name: string, instead?: string) => {
    const isKnown = Object.hasOwn(values, name);
    const line = ((isKnown && values[name]) || "").replace(/\s+/g, " ").trim().slice(0, 200);
    const value = line.replaceAll("{{", "").replaceAll("}}", "");
    if (value) return blank + value;
    if (instead === undefined || !isKnown) return blank + whole;
    return instead.trim() && blank + instead.trim();
  });
}

/** Variables of a canned reply that nothing took the place of. */
export const openVariables = (text: string): string[] => [...new Set(text.match(/\{\{[^{}\n]{1,200}\}\}/g) ?? [])];

/** Another brand of the account that the text names; whole words only, and no part of this brand's own name. */
export function otherBrandIn(text: string, own: string, names: readonly string[]): string | null {
  const rest = text.toLowerCase().replaceAll(own.toLowerCase(), " ");
  const isThere = (name: string): boolean => {
    const wanted = name.toLowerCase().replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const isLatin = /^[\p{Script=Latin}\d]/u.test(name);
    return new RegExp(isLatin ? `(?<![\\p{L}\\p{N}])${wanted}(?![\\p{L}\\p{N}])` : wanted, "u").test(rest);
  };
  return names.find((name) => name.length > 1 && name.toLowerCase() !== own.toLowerCase() && isThere(name)) ?? null;
}
