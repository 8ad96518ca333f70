// Finding by a few letters: in order, anywhere, better at the beginnings of words. Pure.

const WORD_START = /[\s/._-]/;

/** How well the letters of `query` are found in `text`, in their order; null where they are not. Higher is better. */
export function fuzzyScore(query: string, text: string): number | null {
  const wanted = query.toLowerCase().replace(/\s+/g, "");
  const given = text.toLowerCase();
  if (!wanted) return 0;
  const whole = given.indexOf(query.toLowerCase().trim());
  if (whole >= 0) return 1000 - Math.min(whole, 99) - Math.min(given.length, 400) / 10 + (startsWord(given, whole) ? 500 : 0);
  let score = 0;
  let at = -1;
  for (const letter of wanted) {
    const found = given.indexOf(letter, at + 1);
    if (found < 0) return null;
    score += startsWord(given, found) ? 12 : found === at + 1 ? 8 : 1;
    at = found;
  }
  return score - Math.min(given.length, 400) / 20;
}

const startsWord = (text: string, at: number): boolean => at === 0 || WORD_START.test(text[at - 1]!);

const BY_NAME = 400;

/** Those that match, the best first; equals keep their order. The best of an item's texts counts; the first one, its
 *  name, before all others. */
export function rank<T>(items: readonly T[], query: string, textsOf: (item: T) => readonly string[], limit = Infinity): T[] {
  const scored: [T, number][] = [];
  for (const item of items) {
    const scores = textsOf(item).flatMap((text, index) => (fuzzyScore(query, text) ?? -Infinity) + (index ? 0 : BY_NAME)).filter(isFinite);
    if (scores.length) scored.push([item, Math.max(...scores)]);
  }
  return scored.sort(([, one], [, other]) => other - one).slice(0, limit).map(([item]) => item);
}
