// Notes about the person, whatever the conversation. Everybody reads them, their author changes them.
import { useRef } from "preact/hooks";
import { CloseIcon, PencilIcon, PlusIcon } from "../../../design/icons";
import { now } from "../../state/clock";
import { isComposing } from "../../../design/composing";
import type { PersonForm } from "../../state/person_forms";
import { addPersonNote, deletePersonNote, editPersonNote } from "../../state/profile";
import { myId } from "../../state/session";
import type { Thread } from "../../state/thread";
import { showError, showToast } from "../../state/toasts";
import { locale, words } from "../../words";
import { fullTime, shortTime } from "../../words/times";
import type { PersonNote, Profile } from "../../wire";
import { Section } from "./Section";
import { usePersonForm, useShownForm } from "./usePersonForm";

const MAX_CHARS = 4000;

export function PersonNotes({ thread, profile }: { thread: Thread; profile: Profile }) {
  const say = words.value.profile;
  const { form, opener, takesFocus, open, shut, save } = usePersonForm(profile.id, "note");
  const notes = profile.notes ?? [];
  return (
    <Section name="notes" title={say.notes} aside={notes.length || null}>
      {!notes.length && !form && <p class="quiet">{say.noNotes}</p>}
      {!!notes.length && (
        <ul class="person-notes">
          {notes.map((note) => (
            <Note key={note.id} thread={thread} person={profile.id} note={note} />
          ))}
        </ul>
      )}
      {form ? (
        <NoteForm form={form} before="" takesFocus={takesFocus} onSave={() => save(({ text }) => addPersonNote(thread, text!.trim()))} onShut={shut} />
      ) : (
        <button type="button" ref={opener} class="link section-more" onClick={open}>
          <PlusIcon />
          {say.addNote}
        </button>
      )}
    </Section>
  );
}

function Note({ thread, person, note }: { thread: Thread; person: string; note: PersonNote }) {
  const say = words.value.profile;
  const { form, opener, takesFocus, open, shut, save } = usePersonForm(person, `note.${note.id}`, { text: note.text });
  if (form) {
    const onSave = (): Promise<void> => save(({ text }) => editPersonNote(thread, note, text!.trim()));
    return <li><NoteForm form={form} before={note.text} takesFocus={takesFocus} onSave={onSave} onShut={shut} /></li>;
  }
  const remove = async (): Promise<void> => {
    try {
      await deletePersonNote(thread, note);
      const undo = { label: words.value.undo, run: () => void addPersonNote(thread, note.text).catch(showError) };
      showToast({ kind: "done", text: say.noteDeleted, action: undo });
    } catch (error) {
      showError(error);
    }
  };
  return (
    <li class="person-note">
      <p class="person-note-text" dir="auto">{note.text}</p>
      <div class="person-note-foot">
        <bdi>{note.author.id === myId.value ? words.value.you : note.author.name}</bdi>
        <time dateTime={new Date(note.created_ts).toISOString()} title={fullTime(note.created_ts, locale.value)}>
          {shortTime(note.created_ts, now.value, locale.value)}
        </time>
        {note.author.id === myId.value && (
          <span class="person-note-actions">
            <button type="button" ref={opener} class="icon-button icon-button-s" aria-label={say.editNote} onClick={open}>
              <PencilIcon />
            </button>
            <button type="button" class="icon-button icon-button-s" aria-label={say.deleteNote} onClick={remove}>
              <CloseIcon />
            </button>
          </span>
        )}
      </div>
    </li>
  );
}

interface NoteFormProps {
  form: PersonForm;
  /** As it stands now: saving that is leaving it. */
  before: string;
  takesFocus: boolean;
  onSave: () => Promise<void>;
  onShut: () => void;
}

function NoteForm({ form, before, takesFocus, onSave, onShut }: NoteFormProps) {
  const say = words.value.profile;
  const area = useRef<HTMLTextAreaElement>(null);
  const { fields, isSaving, problem } = form;
  useShownForm(form, area, takesFocus);
  const save = (event: Event): void => {
    event.preventDefault();
    const written = (fields.text ?? "").trim();
    if (!written || written === before) return onShut();
    void onSave();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isComposing(event)) return;
    if (event.key === "Escape") onShut();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save(event);
    else return;
    event.stopPropagation();
  };
  return (
    <form class="person-note-form" onSubmit={save} onKeyDown={onKeyDown}>
      <textarea
        ref={area}
        class="text-input"
        rows={3}
        maxLength={MAX_CHARS}
        aria-label={say.noteText}
        defaultValue={fields.text ?? ""}
        dir="auto"
        onInput={(event) => (fields.text = event.currentTarget.value)}
      />
      {problem.value && <p class="fact-problem" role="alert">{problem.value}</p>}
      <div class="form-actions">
        <button type="button" class="button" onClick={onShut}>{words.value.cancel}</button>
        <button type="submit" class="button button-primary" disabled={isSaving.value}>{say.saveNote}</button>
      </div>
    </form>
  );
}
