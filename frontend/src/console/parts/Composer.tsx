// Where replies and notes are written. Enter sends, but never while a Chinese word is being composed.
import { useRef } from "preact/hooks";
import { CheckIcon, DoneIcon, SendIcon } from "../../design/icons";
import { stopEdit } from "../state/corrections";
import { isComposing } from "../../design/composing";
import { isTextMeant } from "../state/pasting";
import { me } from "../state/session";
import { COMPOSER_ID } from "../state/shortcuts";
import type { Thread } from "../state/thread";
import { visitorName } from "../state/visitors";
import { locale, words } from "../words";
import { languageName } from "../words/times";
import type { Row } from "../wire";
import { AttachmentChips } from "./AttachmentChips";
import { AttachButton, ClosedBar, EditBar, Situation, Tabs } from "./composer/Bars";
import { CompletionList, LIST_ID, optionId } from "./composer/CompletionList";
import { putText, useGrowth, useHeldField, type Area } from "./composer/hooks";
import { useCompletion } from "./composer/useCompletion";
import { useThreadDrop } from "./composer/useThreadDrop";
import { useWriting, type Writing } from "./composer/useWriting";
import { EmojiMenu } from "./EmojiMenu";

const COUNT_FROM = 400; // characters left from which the count shows

export function Composer({ thread, row }: { thread: Thread; row: Row }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const writing = useWriting(thread, row, area);
  const { isShut, noFiles, attach, switchTo } = writing;
  const { isHeld, letGo } = useHeldField(thread, area);
  const dropSign = useThreadDrop({ isOff: isShut, refusal: noFiles, onFiles: attach });
  return (
    <>
      {(!isShut || isHeld) && <Box thread={thread} row={row} writing={writing} area={area} onLeave={letGo} />}
      {isShut && <ClosedBar row={row} onNote={() => switchTo("note")} />}
      {dropSign}
    </>
  );
}

interface BoxProps {
  thread: Thread;
  row: Row;
  writing: Writing;
  area: Area;
  onLeave: () => void;
}

/** The field with what stands around it; nothing but the field, to be read, where the conversation was closed meanwhile. */
function Box({ thread, row, writing, area, onLeave }: BoxProps) {
  const { edited, isNote, isShut, attachments, change, switchTo, submit, attach } = writing;
  const completion = useCompletion({ area, isNote, row, attachments, change });
  useGrowth(area, writing.text);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isComposing(event) || isShut || completion.takesKey(event)) return;
    if (edited && event.key === "Escape") {
      event.preventDefault();
      stopEdit();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit(event.ctrlKey || event.metaKey);
    }
  };
  const onPaste = (event: ClipboardEvent): void => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || isShut || isTextMeant(event.clipboardData!.getData("text/plain"), files.map(({ name }) => name))) return;
    event.preventDefault();
    attach(files);
  };
  const say = words.value;
  const isOpen = completion.options.length > 0;
  return (
    <div class="compose">
      <Situation thread={thread} row={row} isNote={isNote} />
      <form class={`composer${isNote ? " is-note" : ""}`} aria-label={say.composer} style={brandStyle()} onSubmit={(event) => (event.preventDefault(), submit(false))}>
        {!isShut && <CompletionList completion={completion} />}
        {!isShut && (edited ? <EditBar /> : <Tabs mode={writing.mode} onChoose={(next) => (switchTo(next), area.current?.focus())} />)}
        <textarea
          id={COMPOSER_ID}
          ref={area}
          rows={2}
          dir="auto"
          readOnly={isShut}
          aria-label={edited ? say.editing : isNote ? say.note : say.reply}
          aria-autocomplete="list"
          aria-controls={isOpen ? LIST_ID : undefined}
          aria-activedescendant={isOpen ? optionId(completion.index) : undefined}
          placeholder={isNote ? say.notePlaceholder : say.replyPlaceholder(visitorName(row.visitor, say))}
          value={writing.text}
          onInput={(event) => (change(event.currentTarget.value), completion.look())}
          onKeyDown={onKeyDown}
          onKeyUp={completion.look}
          onClick={completion.look}
          onPaste={onPaste}
          onBlur={() => (writing.stop(), completion.look(), onLeave())}
        />
        {!isNote && !edited && !isShut && <AttachmentChips attachments={attachments} />}
        {!isShut && <Foot row={row} writing={writing} area={area} />}
      </form>
    </div>
  );
}

/** Below the text: what can be put into it, how much more it may hold, and sending. */
function Foot({ row, writing, area }: { row: Row; writing: Writing; area: Area }) {
  const say = words.value;
  const { edited, isNote, left, canSend, change, submit, attach } = writing;
  return (
    <div class="composer-bar">
      {!isNote && !edited && <AttachButton onFiles={attach} />}
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
