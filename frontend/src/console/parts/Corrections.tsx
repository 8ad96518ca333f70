// What one can do with one's own message: two buttons beside it, and the question before it is taken back.
import { PencilIcon, UndoIcon } from "../../design/icons";
import type { LogEvent, MessageData } from "../../engine";
import { now } from "../state/clock";
import { changeableUntil, mayCorrect, recall, recallAsked, startEdit } from "../state/corrections";
import type { Thread } from "../state/thread";
import { words } from "../words";
import { Dialog } from "./Dialog";

interface Props {
  event: LogEvent<MessageData>;
  thread: Thread;
}

/** Only messages that are still young follow the clock: a log has thousands. */
export function MessageActions(props: Props) {
  return Date.now() < changeableUntil(props.event) ? <YoungMessageActions {...props} /> : null;
}

function YoungMessageActions({ event, thread }: Props) {
  const say = words.value;
  if (!mayCorrect(event, thread.row.value, now.value)) return null;
  return (
    <div class="message-actions" role="group" aria-label={say.messageActions}>
      <button type="button" class="icon-button icon-button-s" aria-label={say.editMessage} data-tip={say.editMessage} data-tip-above onClick={() => startEdit(event)}>
        <PencilIcon />
      </button>
      <button type="button" class="icon-button icon-button-s" aria-label={say.recallMessage} data-tip={say.recallMessage} data-tip-above onClick={() => (recallAsked.value = event)}>
        <UndoIcon />
      </button>
    </div>
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
