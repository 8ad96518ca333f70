// Where replies and notes are written. Enter sends, but never while a Chinese word is being composed.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { AttachIcon, CheckIcon, LockIcon, PencilIcon, ReopenIcon, SendIcon } from "../../design/icons";
import { busy, close, reopen } from "../state/actions";
import { attachmentsOf } from "../state/attachments";
import { editing, saveEdit, stopEdit, type Edited } from "../state/corrections";
import { hint, send } from "../state/desk";
import { readDraft, writeDraft, type Mode } from "../state/drafts";
import { me, myId } from "../state/session";
import { COMPOSER_ID, takeFocusWish, writeWish } from "../state/shortcuts";
import type { Thread } from "../state/thread";
import { visitorName } from "../state/visitors";
import { locale, words } from "../words";
import { languageName } from "../words/times";
import type { Row } from "../wire";
import { AttachmentChips } from "./AttachmentChips";
import { EmojiMenu } from "./EmojiMenu";

const TYPING_EVERY_MS = 3_000;
const COUNT_FROM = 400; // characters left from which the count shows

export function Composer({ thread, row }: { thread: Thread; row: Row }) {
  const mode = useSignal<Mode>("reply");
  const text = useSignal(readDraft(thread.id, "reply"));
  const area = useRef<HTMLTextAreaElement>(null);
  const attachments = attachmentsOf(thread.id);
  const { limits } = me.value!;
  const edited = editing.value?.conversation === thread.id ? editing.value : null;
  const isNote = mode.value === "note" && !edited;
  const tell = useTypingHint(thread);

  const change = (value: string): void => {
    text.value = value;
    if (edited) return; // the draft waits until this is done
    writeDraft(thread.id, mode.peek(), value);
    if (!isNote) tell(value);
  };
  const switchTo = (next: Mode): void => {
    stopEdit();
    mode.value = next;
    text.value = readDraft(thread.id, next);
  };
  useEdit(edited, area, (value) => (text.value = value ?? readDraft(thread.id, mode.peek())));
  useWishes(thread.id, area, switchTo);
  useGrowth(area, text.value);

  const left = limits.text - [...text.value].length;
  const hasFiles = edited ? edited.hasFiles : !isNote && attachments.items.value.some((item) => item.file);
  const isReady = edited !== null || isNote || !attachments.isUploading;
  const canSend = (text.value.trim() !== "" || hasFiles) && left >= 0 && isReady;
  const submit = (andClose: boolean): void => {
    if (!canSend) return;
    if (edited) return void saveEdit(edited, text.peek().trim());
    const files = isNote ? [] : attachments.takeReady();
    send(thread, { isNote, text: text.peek().trim(), files });
    change("");
    area.current?.focus();
    if (andClose && row.status !== "closed") void close(row);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (edited && event.key === "Escape" && !event.isComposing) {
      event.preventDefault();
      stopEdit();
      return;
    }
    // keyCode 229: Safari ends the composition before it tells of the Enter that ended it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit(event.ctrlKey || event.metaKey);
  };
  const onPaste = (event: ClipboardEvent): void => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || isNote || edited) return;
    event.preventDefault();
    attachments.add(files, limits);
  };

  if (row.status === "closed" && !isNote) return <ClosedBar row={row} onNote={() => switchTo("note")} />;
  return (
    <DropZone isOff={isNote || edited !== null} onFiles={(files) => attachments.add(files, limits)}>
      <Situation row={row} isNote={isNote} />
      <form class={`composer${isNote ? " is-note" : ""}`} aria-label={words.value.composer} onSubmit={(event) => (event.preventDefault(), submit(false))}>
        {edited ? <EditBar /> : <Tabs mode={mode.value} onChoose={(next) => (switchTo(next), area.current?.focus())} />}
        <textarea
          id={COMPOSER_ID}
          ref={area}
          rows={2}
          dir="auto"
          aria-label={edited ? words.value.editing : isNote ? words.value.note : words.value.reply}
          placeholder={isNote ? words.value.notePlaceholder : words.value.replyPlaceholder(visitorName(row.visitor, words.value))}
          value={text.value}
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          onBlur={() => tell("")}
        />
        {!isNote && !edited && <AttachmentChips attachments={attachments} />}
        <div class="composer-bar">
          {!isNote && !edited && <AttachButton onFiles={(files) => attachments.add(files, limits)} />}
          <EmojiMenu onPick={(emoji) => insert(area.current, emoji, change)} />
          <span class="composer-hint">{visitorLanguage(row) ?? words.value.sendHint}</span>
          {left < COUNT_FROM && <span class={`composer-count${left < 0 ? " is-over" : ""}`} role="status">{words.value.charactersLeft(left)}</span>}
          <button type="submit" class="button button-primary composer-send" disabled={!canSend}>
            {edited ? words.value.saveEdit : isNote ? words.value.sendNote : words.value.send}
            {edited ? <CheckIcon /> : <SendIcon />}
          </button>
        </div>
      </form>
    </DropZone>
  );
}

/** Worth saying only where it is not the agent's own. */
function visitorLanguage(row: Row): string | null {
  const tag = row.visitor.locale;
  if (!tag || tag.slice(0, 2).toLowerCase() === locale.value.slice(0, 2)) return null;
  return words.value.visitorWrites(languageName(tag, locale.value));
}

function insert(area: HTMLTextAreaElement | null, piece: string, change: (text: string) => void): void {
  if (!area) return;
  const { selectionStart: from, selectionEnd: to, value } = area;
  change(value.slice(0, from) + piece + value.slice(to));
  requestAnimationFrame(() => {
    area.focus();
    area.setSelectionRange(from + piece.length, from + piece.length);
  });
}

/** Tells that one writes, at most every three seconds; tells once that one stopped. */
function useTypingHint(thread: Thread): (text: string) => void {
  const toldAt = useRef(0);
  return (text) => {
    const now = Date.now();
    if (!text.trim()) {
      if (toldAt.current) hint("typing.stop", {}, thread.id);
      toldAt.current = 0;
    } else if (now - toldAt.current > TYPING_EVERY_MS) {
      hint("typing.start", {}, thread.id);
      toldAt.current = now;
    }
  };
}

function useWishes(thread: string, area: { current: HTMLTextAreaElement | null }, switchTo: (mode: Mode) => void): void {
  const { mode, count } = writeWish.value;
  const seen = useRef(count);
  useEffect(() => {
    if (seen.current === count) return;
    seen.current = count;
    switchTo(mode);
    requestAnimationFrame(() => document.getElementById(COMPOSER_ID)?.focus());
  }, [count]);
  useEffect(() => {
    if (takeFocusWish(thread)) area.current?.focus({ preventScroll: true });
  }, []);
}

/** Takes the message up when editing begins, and what was being written before when it ends. */
function useEdit(edited: Edited | null, area: { current: HTMLTextAreaElement | null }, show: (text: string | null) => void): void {
  const was = useRef<Edited | null>(null);
  useEffect(() => {
    if (was.current === edited) return;
    was.current = edited;
    show(edited?.text ?? null);
    requestAnimationFrame(() => area.current?.focus());
  }, [edited]);
  useEffect(() => stopEdit, []);
}

function EditBar() {
  const say = words.value;
  return (
    <div class="composer-editing" role="status">
      <PencilIcon />
      <span>{say.editing}</span>
      <button type="button" class="link" data-keys="Esc" onClick={stopEdit}>{say.cancel}</button>
    </div>
  );
}

function useGrowth(area: { current: HTMLTextAreaElement | null }, text: string): void {
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [text]);
}

function Tabs({ mode, onChoose }: { mode: Mode; onChoose: (mode: Mode) => void }) {
  const say = words.value;
  return (
    <div class="composer-tabs" role="group" aria-label={say.composer}>
      {(["reply", "note"] as const).map((one) => (
        <button type="button" key={one} class="composer-tab" aria-pressed={mode === one} data-keys={one === "reply" ? "R" : "N"} data-tip={say[one]} onClick={() => onChoose(one)}>
          {one === "note" && <LockIcon />}
          {say[one]}
        </button>
      ))}
    </div>
  );
}

function Situation({ row, isNote }: { row: Row; isNote: boolean }) {
  if (isNote || row.status === "closed") return null;
  if (row.agent && row.agent.id !== myId.value) return <p class="situation">{words.value.belongsTo(row.agent.name)}</p>;
  if (!row.agent) return <p class="situation">{words.value.takesOnReply}</p>;
  return null;
}

function ClosedBar({ row, onNote }: { row: Row; onNote: () => void }) {
  const say = words.value;
  return (
    <div class="closed-bar">
      <span>{say.closedNotice}</span>
      <button type="button" class="button" onClick={onNote}>
        <LockIcon />
        {say.note}
      </button>
      <button type="button" class="button button-primary" disabled={busy.value.has(row.id)} onClick={() => void reopen(row)}>
        <ReopenIcon />
        {say.reopen}
      </button>
    </div>
  );
}

function AttachButton({ onFiles }: { onFiles: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class="icon-button" aria-label={words.value.attach} data-tip={words.value.attach} data-tip-above onClick={() => input.current?.click()}>
        <AttachIcon />
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}

function DropZone(props: { isOff: boolean; onFiles: (files: File[]) => void; children: preact.ComponentChildren }) {
  const isOver = useSignal(false);
  const carriesFiles = (event: DragEvent): boolean => !props.isOff && Boolean(event.dataTransfer?.types.includes("Files"));
  return (
    <div
      class={`compose${isOver.value ? " is-over" : ""}`}
      data-drop={words.value.dropHere}
      onDragOver={(event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        isOver.value = true;
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) isOver.value = false;
      }}
      onDrop={(event) => {
        isOver.value = false;
        if (!carriesFiles(event)) return;
        event.preventDefault();
        props.onFiles([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      {props.children}
    </div>
  );
}
