// Macros: several actions by one key, done by the server, which says of each what became of it.
import { signal } from "@preact/signals";
import { fetchMacros, runMacro as askToRun } from "../api";
import { words } from "../words";
import type { Macro, Row } from "../wire";
import { receiveRow } from "./inbox";
import { macroKeys } from "./macro_keys";
import { refreshing, sameOr } from "./refreshing";
import { showError, showToast } from "./toasts";

export const macros = signal<readonly Macro[] | null>(null);

export const loadMacros = refreshing(async () => {
  const found = (await fetchMacros()).macros;
  macros.value = sameOr(macros.peek(), found);
});

/** Whether a macro has this key, as far as is known: then it is looked up. One that was made since has it the next time. */
export function mayBeMacroKey(key: string): boolean {
  const known = macros.peek();
  if (known === null || macroKeys(known).has(key)) return true;
  void loadMacros();
  return false;
}

/** The macro with this key, also where the list was not read yet. Says so when there is none. */
export async function runMacroOf(key: string, row: Row): Promise<void> {
  if (macros.peek() === null) await loadMacros();
  const id = macroKeys(macros.peek() ?? []).get(key);
  const macro = macros.peek()?.find((one) => one.id === id);
  if (macro) await runMacro(macro, row);
  else showToast({ kind: "error", text: words.peek().noMacroOf(key.toUpperCase()) });
}

export async function runMacro(macro: Macro, row: Row): Promise<void> {
  const say = words.peek();
  try {
    const { outcomes, row: after } = await askToRun(macro.id, row.id);
    if (after) receiveRow(after, "now");
    const failed = outcomes.filter((one) => !one.done);
    if (failed.length) showToast({ kind: "error", text: say.macroPartly(macro.name, failed.flatMap((one) => one.why ?? []).join(" ")) });
    else showToast({ kind: "done", text: say.macroDone(macro.name) });
  } catch (error) {
    showError(error);
  }
}
