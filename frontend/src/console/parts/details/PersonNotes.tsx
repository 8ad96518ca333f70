// Notes about the person, whatever the conversation. Everybody reads them, their author changes them.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { CloseIcon, PencilIcon, PlusIcon } from "../../../design/icons";
import { now } from "../../state/clock";
import { addPersonNote, deletePersonNote, editPersonNote } from "../../state/profile";
import { myId } from "../../state/session";
import type { Thread } from "../../state/thread";
import { showError, showToast } from "../../state/toasts";
import { explain, locale, words } from "../../words";
import { fullTime, shortTime } from "../../words/times";
import type { PersonNote, Profile } from "../../wire";
import { Section } from "./Section";

const MAX_CHARS = 4000;

export function PersonNotes({ thread, profile }: { thread: Thread; profile: Profile }) {
  const say = words.value.profile;
  const [isAdding, setAdding] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const notes = profile.notes ?? [];
  const shut = (): void => {
    setAdding(false);
    requestAnimationFrame(() => opener.current?.focus());
  };
  return (
    <Section name="notes" title={say.notes} aside={notes.length || null}>
      {!notes.length && !isAdding && <p class="quiet">{say.noNotes}</p>}
      {!!notes.length && (
        <ul class="person-notes">
          {notes.map((note) => (
            <Note key={note.id} thread={thread} note={note} />
          ))}
        </ul>
      )}
      {isAdding ? (
        <NoteForm text="" onSave={(text) => addPersonNote(thread, text)} onShut={shut} />
      ) : (
        <button type="button" ref={opener} class="link section-more" onClick={() => setAdding(true)}>
          <PlusIcon />
          {say.addNote}
        </button>
      )}
    </Section>
  );
}

function Note({ thread, note }: { thread: Thread; note: PersonNote }) {
  const say = words.value.profile;
  const [isEditing, setEditing] = useState(false);
  const editor = useRef<HTMLButtonElement>(null);
  const shut = (): void => {
    setEditing(false);
    requestAnimationFrame(() => editor.current?.focus());
  };
  if (isEditing) {
    return <li><NoteForm text={note.text} onSave={(text) => editPersonNote(thread, note, text)} onShut={shut} /></li>;
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
            <button type="button" ref={editor} class="icon-button icon-button-s" aria-label={say.editNote} onClick={() => setEditing(true)}>
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

function NoteForm({ text, onSave, onShut }: { text: string; onSave: (text: string) => Promise<unknown>; onShut: () => void }) {
  const say = words.value.profile;
  const area = useRef<HTMLTextAreaElement>(null);
  const [problem, setProblem] = useState("");
  useLayoutEffect(() => area.current?.focus(), []);
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const written = area.current!.value.trim();
    if (!written || written === text) return onShut();
    try {
      await onSave(written);
      onShut();
    } catch (error) {
      setProblem(explain(error));
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if (event.key === "Escape") onShut();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void save(event);
    else return;
    event.stopPropagation();
  };
  return (
    <form class="person-note-form" onSubmit={save} onKeyDown={onKeyDown}>
      <textarea ref={area} class="text-input" rows={3} maxLength={MAX_CHARS} aria-label={say.noteText} defaultValue={text} dir="auto" />
      {problem && <p class="fact-problem" role="alert">{problem}</p>}
      <div class="form-actions">
        <button type="button" class="button" onClick={onShut}>{words.value.cancel}</button>
        <button type="submit" class="button button-primary">{say.saveNote}</button>
      </div>
    </form>
  );
}
