// One thing done to one or many conversations: one request, then what became of it, with the way back.
import { signal } from "@preact/signals";
import { doSteps } from "../api";
import { words } from "../words";
import type { Step, StepOutcome } from "../wire";
import { busy, whileBusy } from "./busy";
import { receiveRow } from "./inbox";
import { showError, showToast, type Toast } from "./toasts";
import { untickAll } from "./ticks";

type Doing = Omit<Step, "conversation">;

export const isBulkBusy = signal(false);

/** The server takes so many steps at once. */
const AT_ONCE = 200;

async function run(steps: readonly Step[]): Promise<StepOutcome[]> {
  const outcomes: StepOutcome[] = [];
  await whileBusy(steps.map((one) => one.conversation), async () => {
    for (let from = 0; from < steps.length; from += AT_ONCE) {
      const { results } = await doSteps(steps.slice(from, from + AT_ONCE));
      for (const { row } of results) if (row) receiveRow(row, "now");
      outcomes.push(...results);
    }
  });
  return outcomes;
}

/** What the server named for bringing everything back, as the action of a toast. */
function wayBack(outcomes: readonly StepOutcome[]): Pick<Toast, "action"> {
  const steps = outcomes.flatMap((one) => one.undo ?? []);
  return steps.length ? { action: { label: words.peek().undo, run: () => void undo(steps) } } : {};
}

async function undo(steps: readonly Step[]): Promise<void> {
  try {
    const failed = (await run(steps)).filter((one) => one.code).length;
    if (failed) showToast({ kind: "error", text: words.peek().bulkRefused(failed, "") });
  } catch (error) {
    showError(error);
  }
}

/** Does it to one, said in these words if any; a refusal is thrown. */
export async function tryOnOne(conversation: string, doing: Doing, said = ""): Promise<void> {
  const outcomes = await run([{ conversation, ...doing }]);
  if (outcomes[0]?.code) throw outcomes[0];
  if (said) showToast({ kind: "done", text: said, ...wayBack(outcomes) });
}

/** Likewise, and a refusal is shown. */
export async function doToOne(conversation: string, doing: Doing, said = ""): Promise<boolean> {
  if (busy.peek().has(conversation)) return false;
  try {
    await tryOnOne(conversation, doing, said);
    return true;
  } catch (error) {
    showError(error);
    return false;
  }
}

/** Does it to all of them; `said` says it of so many. The rows themselves follow by events. */
export async function doToAll(ids: readonly string[], doing: Doing, said: (n: number) => string): Promise<boolean> {
  if (!ids.length || isBulkBusy.peek()) return false;
  isBulkBusy.value = true;
  try {
    const outcomes = await run(ids.map((conversation) => ({ conversation, ...doing })));
    const failed = outcomes.filter((one) => one.code);
    const done = outcomes.length - failed.length;
    if (done) showToast({ kind: "done", text: said(done), ...wayBack(outcomes) });
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
