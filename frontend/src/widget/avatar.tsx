// Initials on a colour that stays with the name, or the brand's mark.

/** The first letters of two words, or the first Han character. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = [...(words[0] ?? "?")][0] ?? "?";
  if (/\p{Script=Han}/u.test(first)) return first;
  return (first + (words.length > 1 ? ([...words.at(-1)!][0] ?? "") : "")).toUpperCase();
}

export function hueOf(name: string): number {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + character.codePointAt(0)!) % 360;
  return hash;
}

export function Avatar({ name }: { name: string }) {
  return (
    <span class="avatar" style={{ "--hue": String(hueOf(name)) }} aria-hidden="true">
      {initials(name)}
    </span>
  );
}

export function BrandMark({ name }: { name: string }) {
  return (
    <span class="mark" aria-hidden="true">
      {initials(name).slice(0, 1)}
    </span>
  );
}
