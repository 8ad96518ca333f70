// The palette: everything that can be opened or done, found by a few letters. What was chosen lately comes first.
import { signal } from "@preact/signals";
import { rank } from "./fuzzy";
import { readStored, writeStored } from "./preferences";

type PaletteGroup = "conversations" | "actions" | "macros" | "views" | "settings" | "brands";
type PaletteMode = "all" | "macros";

export interface PaletteItem {
  /** Lasting, so that what was chosen lately is found again. */
  id: string;
  group: PaletteGroup;
  label: string;
  detail?: string;
  /** Caps of the key that does the same. */
  keys?: readonly string[];
  /** Runs it at once where only macros are shown. */
  press?: string | undefined;
  /** Found by these too. */
  also?: readonly string[];
  run: () => void;
}

export const paletteMode = signal<PaletteMode | null>(null);

export const openPalette = (mode: PaletteMode): void => void (paletteMode.value = mode);
export const closePalette = (): void => void (paletteMode.value = null);

type Source = () => readonly PaletteItem[];
const sources: Source[] = [];

/** Each part of the console brings what can be done there. Sources are asked while the palette is drawn. */
export const offerInPalette = (source: Source): void => void sources.push(source);

export const allItems = (): PaletteItem[] => sources.flatMap((source) => source());

/** What the server found, and for which letters. */
export interface Found<T> {
  q: string;
  rows: readonly T[];
}

/**
 * What may be offered of it for what stands there now. Its answer for other letters is nobody's, and would be chosen by an
 * Enter that meant something else; while one types on, those of before that still match stay (`isWhole` false).
 */
export function foundFor<T>({ q, rows }: Found<T>, query: string): { rows: readonly T[]; isWhole: boolean } {
  const isWhole = q === query.trim();
  return { rows: isWhole || (q && query.trim().startsWith(q)) ? rows : [], isWhole };
}

const RECENT = "kefu.palette";
const MAX_RECENT = 8;
const MAX_SHOWN = 40;

export function recentIds(): string[] {
  return (readStored(RECENT) ?? "").split("\n").filter(Boolean);
}

export function noteChosen(id: string): void {
  writeStored(RECENT, [id, ...recentIds().filter((one) => one !== id)].slice(0, MAX_RECENT).join("\n"));
}

/** Without letters what was chosen lately first, then all in order; with letters the best. Pure but for its arguments. */
export function paletteOrder(items: readonly PaletteItem[], query: string, recent: readonly string[]): PaletteItem[] {
  if (query.trim()) {
    return rank(items, query.trim(), ({ label, also = [], detail = "" }) => [label, ...also, detail], MAX_SHOWN);
  }
  const lately = recent.flatMap((id) => items.find((one) => one.id === id) ?? []);
  return [...lately, ...items.filter((one) => !recent.includes(one.id))].slice(0, MAX_SHOWN);
}
