// What an avatar says and its colour, the same for visitors and for colleagues. Its styles: avatar.css. Pure.

/** One Han character, or the first letters of the first and last word. tenants/admin/look.py says the same. */
export function initials(name: string): string {
  const [first = "?", ...others] = Array.from(name.matchAll(/([\p{L}\p{N}])\S*/gu), ([, letter]) => letter!);
  return /\p{Script=Han}/u.test(first) ? first : (first + (others.at(-1) ?? "")).toUpperCase();
}

/** Always the same for the same text: an agent's name, which is all that visitors know of them, or a visitor's id. */
export function hueOf(text: string): number {
  let hash = 0;
  for (const character of text) hash = (hash * 31 + character.codePointAt(0)!) % 360;
  return hash;
}
