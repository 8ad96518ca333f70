// Keeping a text as a canned reply of one's own: from a message, from what is being written, or from nothing.
import { useSignal } from "@preact/signals";
import { TrashIcon } from "../../design/icons";
import { canned, cannedAsked, dropCanned, keepCanned, loadCanned } from "../state/canned";
import { showToast } from "../state/toasts";
import { explain, locale, words } from "../words";
import { languageName } from "../words/times";
import { Dialog } from "./Dialog";

const LANGUAGES = ["en", "zh-hans"] as const;
const VARIABLES = ["visitor.name", "agent.name", "brand.name", "conversation.id"] as const;

export function CannedForm() {
  const say = words.value;
  const asked = cannedAsked.value!;
  const shortcut = useSignal("");
  const title = useSignal("");
  const text = useSignal(asked.text);
  const language = useSignal<string>(toLanguage(asked.language || locale.value));
  const refusal = useSignal("");
  const isBusy = useSignal(false);
  if (canned.value === null) void loadCanned();
  const own = (canned.value ?? []).filter((one) => one.own);
  const shut = (): void => void (cannedAsked.value = null);
  const save = async (): Promise<void> => {
    isBusy.value = true;
    try {
      await keepCanned({ shortcut: shortcut.value.trim().replace(/^\//, ""), title: title.value, texts: { [language.value]: text.value }, file_ids: asked.fileIds });
      shut();
      showToast({ kind: "done", text: words.peek().cannedKept });
    } catch (error) {
      refusal.value = (error as { code?: string }).code === "conflict" ? words.peek().cannedTaken : explain(error);
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <Dialog label={say.newCanned} class="sheet canned-form" onClose={shut}>
      <form class="sheet-inner" onSubmit={(event) => (event.preventDefault(), void save())}>
        <h2>{say.newCanned}</h2>
        <div class="field-row">
          <label class="field">
            <span>{say.cannedShortcut}</span>
            <input type="text" required maxLength={40} pattern="/?[\p{L}\p{N}_.\-]+" title={say.cannedShortcutHint} autofocus autocomplete="off" value={shortcut.value} onInput={(event) => (shortcut.value = event.currentTarget.value)} />
          </label>
          <label class="field">
            <span>{say.language}</span>
            <select value={language.value} onChange={(event) => (language.value = event.currentTarget.value)}>
              {LANGUAGES.map((code) => (
                <option key={code} value={code}>{languageName(code, locale.value)}</option>
              ))}
            </select>
          </label>
        </div>
        <label class="field">
          <span>{say.cannedTitle}</span>
          <input type="text" maxLength={80} value={title.value} onInput={(event) => (title.value = event.currentTarget.value)} />
        </label>
        <label class="field">
          <span>{say.cannedText}</span>
          <textarea rows={5} required maxLength={4000} dir="auto" value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
        </label>
        <p class="quiet">{say.cannedVariables} {VARIABLES.map((name) => <code key={name}>{`{{${name}}}`}</code>)}</p>
        {asked.fileIds.length > 0 && <p class="quiet">{say.cannedFiles(asked.fileIds.length)}</p>}
        {refusal.value && <p class="form-error" role="alert">{refusal.value}</p>}
        <footer>
          <button type="button" class="button" onClick={shut}>{say.cancel}</button>
          <button type="submit" class="button button-primary" disabled={isBusy.value}>{say.save}</button>
        </footer>
        {own.length > 0 && (
          <details class="canned-own">
            <summary>{say.cannedYours(own.length)}</summary>
            <ul>
              {own.map((one) => (
                <li key={one.id}>
                  <b>/{one.shortcut}</b>
                  <span>{one.title}</span>
                  <button type="button" class="icon-button icon-button-s" aria-label={say.deleteCanned(one.shortcut)} onClick={() => void dropCanned(one)}>
                    <TrashIcon />
                  </button>
                </li>
              ))}
            </ul>
          </details>
        )}
      </form>
    </Dialog>
  );
}

const toLanguage = (tag: string): string => (tag.toLowerCase().startsWith("zh") ? "zh-hans" : "en");
