// The list of one's own: each opens its form, and is deleted with a way back in its place.
import { useEffect, useRef } from "preact/hooks";
import { CloseIcon, PlusIcon, TrashIcon, UndoIcon } from "../../../design/icons";
import { canned, deleting, loadCanned } from "../../state/canned";
import { cannedLanguage } from "../../state/canned_form";
import { askForNew, askToChange, dropCanned, takeBackDelete } from "../../state/own_canned";
import type { Canned } from "../../wire";
import { locale, words } from "../../words";
import { languageName } from "../../words/times";

export function CannedList({ onShut }: { onShut: () => void }) {
  const say = words.value;
  const add = useRef<HTMLButtonElement>(null);
  if (canned.value === null) void loadCanned();
  const own = (canned.value ?? []).filter((one) => one.own).sort((one, other) => one.shortcut.localeCompare(other.shortcut));
  // A row that goes for good takes the focus with it.
  useEffect(() => {
    if (document.activeElement === document.body || document.activeElement?.tagName === "DIALOG") add.current?.focus();
  }, [own.length]);
  return (
    <div class="sheet-inner">
      <header>
        <h2>{say.cannedMine}</h2>
        <button type="button" class="icon-button" aria-label={say.close} onClick={onShut}><CloseIcon /></button>
      </header>
      {canned.value === null && <p class="quiet" role="status">{say.loading}</p>}
      {canned.value !== null && !own.length && <p class="quiet">{say.noOwnCanned}</p>}
      <ul class="canned-own">
        {own.map((one) => (deleting.value.has(one.id) ? <Gone key={one.id} one={one} /> : <Own key={one.id} one={one} />))}
      </ul>
      <footer>
        <button type="button" ref={add} class="button button-primary" autofocus onClick={() => askForNew(cannedLanguage(locale.peek()))}>
          <PlusIcon />
          {say.newCanned}
        </button>
      </footer>
    </div>
  );
}

function Own({ one }: { one: Canned }) {
  const say = words.value;
  const languages = Object.keys(one.texts).sort().map((code) => languageName(code, locale.value));
  return (
    <li>
      <button type="button" class="canned-open" aria-label={say.editCanned(one.shortcut)} onClick={() => askToChange(one.id)}>
        <b>/{one.shortcut}</b>
        <span>{one.title}</span>
        <small>{[...languages, one.files ? say.cannedFiles(one.files) : ""].filter(Boolean).join(" · ")}</small>
      </button>
      <button type="button" class="icon-button" aria-label={say.deleteCanned(one.shortcut)} onClick={() => dropCanned(one)}>
        <TrashIcon />
      </button>
    </li>
  );
}

function Gone({ one }: { one: Canned }) {
  const say = words.value;
  const undo = useRef<HTMLButtonElement>(null);
  useEffect(() => undo.current?.focus(), []);
  return (
    <li class="canned-gone">
      <span role="status">{say.cannedDeleted(one.shortcut)}</span>
      <button type="button" ref={undo} class="button" onClick={() => takeBackDelete(one)}>
        <UndoIcon />
        {say.undo}
      </button>
    </li>
  );
}
