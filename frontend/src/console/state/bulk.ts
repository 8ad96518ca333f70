// One thing done to many conversations: one request, then what became of it, with the way back.
import { signal } from "@preact/signals";
import { doSteps } from "../api";
import { words } from "../words";
import type { Step, StepOutcome } from "../wire";
import { showError, showToast } from "./toasts";
import { untickAll } from "./ticks";

export type Doing = Omit<Step, "conversation">;

export const isBulkBusy = signal(false);

/** The server takes so many steps at once; undoing may need two for one conversation. */
const AT_ONCE = 400;

/** Steps that bring everything back, the last done first undone per conversation as the server named them. */
export const undoOf = (outcomes: readonly StepOutcome[]): Step[] => outcomes.flatMap((one) => one.undo ?? []);

export function refusals(outcomes: readonly StepOutcome[]): string[] {
  return [...new Set(outcomes.filter((one) => one.code).map((one) => one.message ?? ""))].filter(Boolean);
}

async function run(steps: readonly Step[]): Promise<StepOutcome[]> {
  const outcomes: StepOutcome[] = [];
  for (let from = 0; from < steps.length; from += AT_ONCE) {
    outcomes.push(...(await doSteps(steps.slice(from, from + AT_ONCE))).results);
  }
  return outcomes;
}

async function undo(steps: readonly Step[]): Promise<void> {
  try {
    const failed = (await run(steps)).filter((one) => one.code).length;
    if (failed) showToast({ kind: "error", text: words.peek().bulkRefused(failed, "") });
  } catch (error) {
    showError(error);
  }
}

/** Does it to all of them; `said` says it of so many. The rows themselves follow by events. */
export async function doToAll(ids: readonly string[], doing: Doing, said: (n: number) => string): Promise<boolean> {
  if (!ids.length || isBulkBusy.peek()) return false;
  isBulkBusy.value = true;
  try {
    const outcomes = await run(ids.map((conversation) => ({ conversation, ...doing })));
    const failed = outcomes.filter((one) => one.code);
    const steps = undoOf(outcomes);
    const done = outcomes.length - failed.length;
    if (done) {
      const action = { label: words.peek().undo, run: () => void undo(steps) };
      showToast({ kind: "done", text: said(done), ...(steps.length && { action }) });
    }
    if (failed.length) showToast({ kind: "error", text: words.peek().bulkRefused(failed.length, explainAll(outcomes)) });
    untickAll();
    return done > 0;
  } catch (error) {
    showError(error);
    return false;
  } finally {
    isBulkBusy.value = false;
  }
}

function explainAll(outcomes: readonly StepOutcome[]): string {
  const { errors } = words.peek();
  const codes = new Set(outcomes.map((one) => one.code).filter((code): code is string => code !== undefined));
  return [...codes].map((code) => errors[code] ?? errors.internal ?? "").join(" ");
}
