// What one can do with a message: buttons beside it, and the question before one's own is taken back.
import { BookmarkIcon, PencilIcon, UndoIcon } from "../../design/icons";
import type { LogEvent, MessageData } from "../../engine";
import { cannedLanguage } from "../state/canned_form";
import { askForNew } from "../state/own_canned";
import { now, serverNow } from "../state/clock";
import { changeableUntil, mayCorrect, recall, recallAsked, startEdit } from "../state/corrections";
import type { Thread } from "../state/thread";
import { locale, words } from "../words";
import { Dialog } from "./Dialog";

interface Props {
  event: LogEvent<MessageData>;
  thread: Thread;
}

/** Only messages that are still young follow the clock: a log has thousands. */
export function MessageActions(props: Props) {
  const { event } = props;
  const isReply = event.type === "message.created" && event.data.author.kind === "agent" && event.data.text !== "";
  const isYoung = serverNow() < changeableUntil(event);
  if (!isReply && !isYoung) return null;
  return (
    <div class="message-actions" role="group" aria-label={words.value.messageActions}>
      {isReply && <KeepAsCanned {...props} />}
      {isYoung && <YoungMessageActions {...props} />}
    </div>
  );
}

function KeepAsCanned({ event, thread }: Props) {
  const label = words.value.keepAsCanned;
  const ask = (): void => {
    const { text, files } = event.data;
    askForNew(cannedLanguage(thread.row.peek()?.language || locale.peek()), text, files);
  };
  return (
    <button type="button" class="icon-button icon-button-s" aria-label={label} data-tip={label} data-tip-above onClick={ask}>
      <BookmarkIcon />
    </button>
  );
}

function YoungMessageActions({ event, thread }: Props) {
  const say = words.value;
  if (!mayCorrect(event, thread.row.value, now.value)) return null;
  return (
    <>
      <button type="button" class="icon-button icon-button-s" aria-label={say.editMessage} data-tip={say.editMessage} data-tip-above onClick={() => startEdit(event)}>
        <PencilIcon />
      </button>
      <button type="button" class="icon-button icon-button-s" aria-label={say.recallMessage} data-tip={say.recallMessage} data-tip-above onClick={() => (recallAsked.value = event)}>
        <UndoIcon />
      </button>
    </>
  );
}

/** It cannot be undone, so it asks. */
export function RecallQuestion() {
  const say = words.value;
  const event = recallAsked.value!;
  const shut = (): void => {
    recallAsked.value = null;
  };
  return (
    <Dialog label={say.recallQuestion} class="sheet question" onClose={shut}>
      <form class="sheet-inner" method="dialog" onSubmit={() => void recall(event)}>
        <h2>{say.recallQuestion}</h2>
        <p>{say.recallMeans}</p>
        <footer>
          <button type="button" class="button" onClick={shut}>{say.cancel}</button>
          <button type="submit" class="button button-primary" autofocus>{say.recallMessage}</button>
        </footer>
      </form>
    </Dialog>
  );
}
