// One's own canned replies: the list, or the form for one of them.
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { beginChange, cannedAsked, leaveDeletes, type Beginning } from "../../state/own_canned";
import { explain, words } from "../../words";
import { Dialog } from "../Dialog";
import { CannedForm } from "./CannedForm";
import { CannedList } from "./CannedList";

export function CannedDialog() {
  const say = words.value;
  const asked = cannedAsked.value!;
  const isNew = asked.show === "form" && asked.from.id === null;
  const shut = (): void => {
    cannedAsked.value = null;
    leaveDeletes();
  };
  return (
    <Dialog label={isNew ? say.newCanned : say.cannedMine} class="sheet canned-form" onClose={shut}>
      {asked.show === "list" && <CannedList onShut={shut} />}
      {asked.show === "one" && <Opening key={asked.id} id={asked.id} onShut={shut} />}
      {asked.show === "form" && <CannedForm key={asked.from.id ?? "new"} from={asked.from} onShut={shut} />}
    </Dialog>
  );
}

/** Read anew, so that nothing is written over that another window of one's own has changed. */
function Opening({ id, onShut }: { id: string; onShut: () => void }) {
  const say = words.value;
  const refusal = useSignal("");
  const open = async (): Promise<void> => {
    refusal.value = "";
    const isWanted = (): boolean => cannedAsked.peek()?.show === "one";
    try {
      const from: Beginning = await beginChange(id);
      if (isWanted()) cannedAsked.value = { show: "form", from };
    } catch (error) {
      if (isWanted()) refusal.value = explain(error);
    }
  };
  useEffect(() => void open(), []);
  return (
    <div class="sheet-inner">
      <h2>{say.cannedMine}</h2>
      {refusal.value ? (
        <p class="form-error" role="alert">{refusal.value}</p>
      ) : (
        <div role="status" aria-label={say.loading}>
          <span class="bone canned-bone" />
          <span class="bone canned-bone canned-bone-text" />
        </div>
      )}
      <footer>
        <button type="button" class="button" onClick={onShut}>{say.cancel}</button>
        {refusal.value && <button type="button" class="button button-primary" onClick={() => void open()}>{say.retry}</button>}
      </footer>
    </div>
  );
}
