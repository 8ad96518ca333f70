// What is being written: a reply, a note or another wording of a message; whether it can go, and how it goes.
import { useSignal } from "@preact/signals";
import { closeOnceSent } from "../../state/actions";
import { attachmentsOf } from "../../state/attachments";
import { noteBegun, sendCarefully } from "../../state/composing";
import { editing, saveEdit, stopEdit } from "../../state/corrections";
import { readDraft, writeDraft, type Mode } from "../../state/drafts";
import { me } from "../../state/session";
import { showToast } from "../../state/toasts";
import type { Thread } from "../../state/thread";
import { words } from "../../words";
import type { Row } from "../../wire";
import { useArrivedDraft, useEdit, useTypingHint, useWishes, type Area } from "./hooks";

export type Writing = ReturnType<typeof useWriting>;

export function useWriting(thread: Thread, row: Row, area: Area) {
  const mode = useSignal<Mode>("reply");
  const text = useSignal(readDraft(thread.id, "reply"));
  const attachments = attachmentsOf(thread.id);
  const { limits } = me.value!;
  const edited = editing.value?.conversation === thread.id ? editing.value : null;
  const isNote = mode.value === "note" && !edited;
  const tell = useTypingHint(thread);

  const change = (value: string): void => {
    text.value = value;
    if (edited) return; // the draft waits until this is done
    if (!isNote) noteBegun(thread, value); // before the draft says when
    writeDraft(thread.id, mode.peek(), value);
    tell(value, isNote);
  };
  const switchTo = (next: Mode): void => {
    stopEdit();
    mode.value = next;
    text.value = readDraft(thread.id, next);
  };
  useEdit(edited, area, (value) => (text.value = value ?? readDraft(thread.id, mode.peek())));
  useArrivedDraft(thread, mode.value, area, (value) => !edited && (text.value = value));
  useWishes(thread.id, area, switchTo);

  const left = limits.text - [...text.value].length;
  const hasFiles = edited ? edited.hasFiles : !isNote && attachments.items.value.some((item) => item.file);
  const isReady = edited !== null || isNote || !attachments.isUploading;
  const isShut = row.status === "closed" && !isNote;
  const canSend = (text.value.trim() !== "" || hasFiles) && left >= 0 && isReady && !isShut;
  const submit = (andClose: boolean): void => {
    if (!canSend) return;
    if (edited) return void saveEdit(edited, text.peek().trim());
    const files = isNote ? [] : attachments.readyFiles();
    sendCarefully(thread, { isNote, text: text.peek().trim(), files }, (clientId) => {
      if (!isNote) attachments.takeReady();
      change("");
      area.current?.focus();
      // A note answers nobody: it is written down, and the conversation goes on.
      if (andClose && !isNote && row.status !== "closed") closeOnceSent(thread, clientId);
    });
  };
  const noFiles = edited ? words.value.noFilesInEdit : isNote ? words.value.noFilesInNote : "";
  const attach = (files: Iterable<File>): void => (noFiles ? showToast({ kind: "error", text: noFiles }) : attachments.add(files, limits));
  return { mode: mode.value, text: text.value, edited, isNote, isShut, noFiles, attachments, left, canSend, change, switchTo, submit, attach, stop: () => tell("", isNote) };
}
