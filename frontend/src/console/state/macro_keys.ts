// Which key runs which macro behind M. Pure.
import type { Macro } from "../wire";

const PLACES = 9;

/**
 * By key the macro's id: the key that the macro was given; without one its place in the list, where no other macro has
 * that digit. Of one's own and everybody's with the same key one's own runs.
 */
export function macroKeys(macros: readonly Pick<Macro, "id" | "key" | "own">[]): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  const ownFirst = [...macros.filter((one) => one.own), ...macros.filter((one) => !one.own)];
  for (const { id, key } of ownFirst) if (key && !keys.has(key)) keys.set(key, id);
  for (const [place, { id, key }] of macros.slice(0, PLACES).entries()) {
    if (!key && !keys.has(String(place + 1))) keys.set(String(place + 1), id);
  }
  return keys;
}

/** The key that is pressed together with Alt, "" for none: of letters and digits the key cap where Alt writes signs. */
export function macroKeyOf({ key, code, altKey, ctrlKey, metaKey }: Pick<KeyboardEvent, "key" | "code" | "altKey" | "ctrlKey" | "metaKey">): string {
  if (!altKey || ctrlKey || metaKey) return "";
  if (/^[a-z0-9]$/i.test(key)) return key.toLowerCase();
  return /^(?:Key|Digit)(.)$/.exec(code)?.[1]!.toLowerCase() ?? "";
}

/** The key of each macro by its id. */
export const keysById = (macros: Parameters<typeof macroKeys>[0]): ReadonlyMap<string, string> =>
  new Map([...macroKeys(macros)].map(([key, id]) => [id, key]));
