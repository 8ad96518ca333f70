// How a visitor is called and coloured. Pure.
import type { Dictionary } from "../words/en";

const HUES = [18, 52, 96, 148, 196, 238, 276, 322] as const;

/** The last characters of a time-ordered id differ most. */
export function visitorName(visitor: { id: string; name: string | null }, words: Dictionary): string {
  return visitor.name?.trim() || words.visitorTag(visitor.id.slice(-4).toUpperCase());
}

/** Always the same hue for the same id (FNV-1a). */
export function hueOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return HUES[(hash >>> 0) % HUES.length]!;
}

const HAN = /\p{Script=Han}/u;

/** One Han character, or the first letters of the first and last word. */
export function initials(name: string): string {
  const letters = name.replace(/[^\p{L}\p{N}\s]/gu, "").trim();
  const first = [...letters][0] ?? "?";
  if (HAN.test(first)) return first;
  const parts = letters.split(/\s+/);
  const last = parts.length > 1 ? [...parts.at(-1)!][0] ?? "" : "";
  return (first + last).toUpperCase();
}
