// Where replies and notes are written. Enter sends, but never while a Chinese word is being composed.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { CheckIcon, DoneIcon, SendIcon } from "../../design/icons";
import { closeOnceSent } from "../state/actions";
import { attachmentsOf } from "../state/attachments";
import { noteBegun, sendCarefully } from "../state/composing";
import { editing, saveEdit, stopEdit } from "../state/corrections";
import { readDraft, writeDraft, type Mode } from "../state/drafts";
import { me } from "../state/session";
import { COMPOSER_ID } from "../state/shortcuts";
import type { Thread } from "../state/thread";
import { visitorName } from "../state/visitors";
import { locale, words } from "../words";
import { languageName } from "../words/times";
import type { Row } from "../wire";
import { AttachmentChips } from "./AttachmentChips";
import { AttachButton, ClosedBar, DropZone, EditBar, Situation, Tabs } from "./composer/Bars";
import { CompletionList, LIST_ID, optionId } from "./composer/CompletionList";
import { putText, useArrivedDraft, useEdit, useGrowth, useTypingHint, useWishes } from "./composer/hooks";
import { useCompletion } from "./composer/useCompletion";
import { EmojiMenu } from "./EmojiMenu";

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
    if (!isNote) noteBegun(thread, value); // before the draft says when
    writeDraft(thread.id, mode.peek(), value);
    tell(value, isNote);
  };
  const switchTo = (next: Mode): void => {
    stopEdit();
    mode.value = next;
    text.value = readDraft(thread.id, next);
  };
  const completion = useCompletion({ area, isNote, row, attachments, change });
  useEdit(edited, area, (value) => (text.value = value ?? readDraft(thread.id, mode.peek())));
  useArrivedDraft(thread, mode.value, area, (value) => !edited && (text.value = value));
  useWishes(thread.id, area, switchTo);
  useGrowth(area, text.value);

  const left = limits.text - [...text.value].length;
  const hasFiles = edited ? edited.hasFiles : !isNote && attachments.items.value.some((item) => item.file);
  const isReady = edited !== null || isNote || !attachments.isUploading;
  const canSend = (text.value.trim() !== "" || hasFiles) && left >= 0 && isReady;
  const submit = (andClose: boolean): void => {
    if (!canSend) return;
    if (edited) return void saveEdit(edited, text.peek().trim());
    const files = isNote ? [] : attachments.readyFiles();
    sendCarefully(thread, { isNote, text: text.peek().trim(), files }, (clientId) => {
      if (!isNote) attachments.takeReady();
      change("");
      area.current?.focus();
      if (andClose && row.status !== "closed") closeOnceSent(thread, clientId);
    });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (completion.takesKey(event)) return;
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
  const say = words.value;
  const isOpen = completion.options.length > 0;
  return (
    <DropZone isOff={isNote || edited !== null} onFiles={(files) => attachments.add(files, limits)}>
      <Situation thread={thread} row={row} isNote={isNote} />
      <form class={`composer${isNote ? " is-note" : ""}`} aria-label={say.composer} style={brandStyle()} onSubmit={(event) => (event.preventDefault(), submit(false))}>
        <CompletionList completion={completion} />
        {edited ? <EditBar /> : <Tabs mode={mode.value} onChoose={(next) => (switchTo(next), area.current?.focus())} />}
        <textarea
          id={COMPOSER_ID}
          ref={area}
          rows={2}
          dir="auto"
          aria-label={edited ? say.editing : isNote ? say.note : say.reply}
          aria-autocomplete="list"
          aria-controls={isOpen ? LIST_ID : undefined}
          aria-activedescendant={isOpen ? optionId(completion.index) : undefined}
          placeholder={isNote ? say.notePlaceholder : say.replyPlaceholder(visitorName(row.visitor, say))}
          value={text.value}
          onInput={(event) => (change(event.currentTarget.value), completion.look())}
          onKeyDown={onKeyDown}
          onKeyUp={completion.look}
          onClick={completion.look}
          onPaste={onPaste}
          onBlur={() => (tell("", isNote), completion.look())}
        />
        {!isNote && !edited && <AttachmentChips attachments={attachments} />}
        <div class="composer-bar">
          {!isNote && !edited && <AttachButton onFiles={(files) => attachments.add(files, limits)} />}
          <EmojiMenu onPick={(emoji) => insert(area.current, emoji, change)} />
          <span class="composer-hint">{(!isNote && visitorLanguage(row)) || say.sendHint}</span>
          {left < COUNT_FROM && <span class={`composer-count${left < 0 ? " is-over" : ""}`} role="status">{say.charactersLeft(left)}</span>}
          {!isNote && !edited && (
            <button type="button" class="icon-button" aria-label={say.sendAndClose} data-tip={say.sendAndClose} data-keys="Ctrl Enter" data-tip-end disabled={!canSend} onClick={() => submit(true)}>
              <DoneIcon />
            </button>
          )}
          <button type="submit" class="button button-primary composer-send" disabled={!canSend}>
            {edited ? say.saveEdit : isNote ? say.sendNote : say.send}
            {edited ? <CheckIcon /> : <SendIcon />}
          </button>
        </div>
      </form>
    </DropZone>
  );
}

/** The brand's own colour, not its readable shade: it is a sign, no text. */
function brandStyle(): Record<string, string> | undefined {
  const { brand, brands } = me.value!;
  return brands.length > 1 ? { "--brand": brand.accent } : undefined;
}

/** Worth saying only where it is not the agent's own. */
function visitorLanguage(row: Row): string | null {
  const tag = row.language || row.visitor.locale;
  if (!tag || tag.slice(0, 2).toLowerCase() === locale.value.slice(0, 2)) return null;
  return words.value.visitorWrites(languageName(tag, locale.value));
}

function insert(area: HTMLTextAreaElement | null, piece: string, change: (text: string) => void): void {
  if (!area) return;
  const { selectionStart: from, selectionEnd: to, value } = area;
  putText(area, value.slice(0, from) + piece + value.slice(to), from + piece.length, change);
}
