// How a visitor is called. Pure.
import type { Dictionary } from "../words/en";

/** The last characters of a time-ordered id differ most. */
export function visitorName(visitor: { id: string; name: string | null }, words: Dictionary): string {
  return visitor.name?.trim() || words.visitorTag(visitor.id.slice(-4).toUpperCase());
}
