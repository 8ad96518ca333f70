// Making and changing a canned reply of one's own: shortcut, title, a text for each language, files.
import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { Attachments } from "../../state/attachments";
import { cleanShortcut, filledTexts, problemsOf, type Problem } from "../../state/canned_form";
import { askForOwn, keepCanned, type Beginning } from "../../state/own_canned";
import { me } from "../../state/session";
import { showToast } from "../../state/toasts";
import { explain, words } from "../../words";
import { AttachmentChips } from "../AttachmentChips";
import { AttachButton, DropZone } from "../composer/Bars";
import { CannedTexts } from "./CannedTexts";
import { Field } from "./Field";

export function CannedForm({ from, onShut }: { from: Beginning; onShut: () => void }) {
  const say = words.value;
  const { limits } = me.value!;
  const shortcut = useSignal(from.shortcut);
  const title = useSignal(from.title);
  const texts = useSignal<Readonly<Record<string, string>>>(from.texts);
  // Of fields that were sent: nobody is told of a field that was not come to yet.
  const isTried = useSignal(false);
  const taken = useSignal("");
  const refusal = useSignal("");
  const fileRefusal = useSignal("");
  const isBusy = useSignal(false);
  const attachments = useMemo(() => {
    const made = new Attachments();
    made.addReady(from.files);
    return made;
  }, []);
  const problems = useComputed<Record<string, Problem>>(() => (isTried.value ? problemsOf({ shortcut: shortcut.value, texts: texts.value }) : {}));
  const takenBy = taken.value && taken.value === cleanShortcut(shortcut.value) ? say.cannedTaken : "";
  const wrongShortcut = problems.value.shortcut ? say.cannedProblems[problems.value.shortcut] : takenBy;
  useEffect(() => () => attachments.clear(), []);

  const attach = (files: File[]): void => {
    fileRefusal.value = "";
    attachments.add(files, limits, (text) => (fileRefusal.value = text));
  };
  const save = async (form: HTMLFormElement): Promise<void> => {
    isTried.value = true;
    if (Object.keys(problems.peek()).length) return void requestAnimationFrame(() => form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
    isBusy.value = true;
    refusal.value = "";
    try {
      await keepCanned(from.id, { shortcut: cleanShortcut(shortcut.value), title: title.value, texts: filledTexts(texts.value), file_ids: attachments.readyFiles().map((file) => file.id) });
      showToast({ kind: "done", text: from.id === null ? words.peek().cannedKept : words.peek().cannedChanged });
      onShut();
    } catch (error) {
      if ((error as { code?: string }).code === "conflict") {
        taken.value = cleanShortcut(shortcut.value);
        form.querySelector<HTMLElement>("input")?.focus();
      } else refusal.value = explain(error);
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <DropZone onFiles={attach}>
      <form class="sheet-inner" noValidate onSubmit={(event) => (event.preventDefault(), void save(event.currentTarget))}>
        <h2>{from.id === null ? say.newCanned : say.editCanned(from.shortcut)}</h2>
        <div class="field-row">
          <Field label={say.cannedShortcut} problem={wrongShortcut}>
            {(tied) => <input type="text" maxLength={41} autofocus autocomplete="off" {...tied} value={shortcut.value} onInput={(event) => (shortcut.value = event.currentTarget.value)} />}
          </Field>
          <Field label={say.cannedTitle}>
            {(tied) => <input type="text" maxLength={80} {...tied} value={title.value} onInput={(event) => (title.value = event.currentTarget.value)} />}
          </Field>
        </div>
        <CannedTexts texts={texts} problems={problems.value} />
        <div class="canned-files" role="group" aria-label={say.cannedAttached}>
          <span class="quiet">{say.cannedAttached}</span>
          <AttachButton onFiles={attach} />
          <AttachmentChips attachments={attachments} />
        </div>
        {fileRefusal.value && <p class="form-error" role="alert">{fileRefusal.value}</p>}
        {refusal.value && <p class="form-error" role="alert">{refusal.value}</p>}
        <footer>
          <button type="button" class="link canned-all" onClick={askForOwn}>{say.cannedAllYours}</button>
          <button type="button" class="button" onClick={onShut}>{say.cancel}</button>
          <button type="submit" class="button button-primary" disabled={isBusy.value || attachments.isUploading}>{say.save}</button>
        </footer>
      </form>
    </DropZone>
  );
}
