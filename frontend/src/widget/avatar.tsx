// Initials on a colour that stays with the name, or the brand's mark.

/** The first letters of two words, or the first Han character. */
export function initials(name: string): string {
  const [first = "?", ...others] = Array.from(name.trim().matchAll(/(?<!\S)\S/gu), String);
  return /\p{Script=Han}/u.test(first) ? first : (first + (others.at(-1) ?? "")).toUpperCase();
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
