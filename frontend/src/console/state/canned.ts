// Canned replies: loaded when they are asked for, found by a few letters, put in by the server.
import { signal } from "@preact/signals";
import { fetchCanned, useCanned } from "../api";
import type { Canned, CannedUse, Row } from "../wire";
import { pickVariant } from "./completion";
import { rank } from "./fuzzy";
import { refreshing, sameOr } from "./refreshing";
import { me } from "./session";
import { showError } from "./toasts";

const MAX_FOUND = 8;

export const canned = signal<readonly Canned[] | null>(null);
/** One's own that are about to be gone, and the timer that will tell the server (own_canned.ts). */
export const deleting = signal<ReadonlyMap<string, number>>(new Map());

export const loadCanned = refreshing(async () => {
  const found = (await fetchCanned()).canned;
  canned.value = sameOr(canned.peek(), found);
});

/** Those that fit the conversation: the brand's, its queue's, one's own. Without letters the most used come first. */
export function findCanned(query: string, row: Row): Canned[] {
  const fitting = (canned.value ?? []).filter((one) => (one.queue === null || one.queue === row.queue?.id) && !deleting.value.has(one.id));
  if (!query) return [...fitting].sort((one, other) => other.uses - one.uses).slice(0, MAX_FOUND);
  return rank(fitting, query, ({ shortcut, title }) => [shortcut, title], MAX_FOUND);
}

/** The variant that will be put in; the server picks it by the same rule (`pick_language`). */
export const previewOf = ({ texts }: Canned, row: Row): string => pickVariant(texts, row.language, me.value?.brand.locale ?? "");

export async function putInCanned(one: Canned, conversation: string): Promise<CannedUse | null> {
  try {
    const used = await useCanned(one.id, conversation);
    canned.value = (canned.peek() ?? []).map((other) => (other.id === one.id ? { ...other, uses: other.uses + 1 } : other));
    return used;
  } catch (error) {
    showError(error);
    return null;
  }
}
