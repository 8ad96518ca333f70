// Asked only when there is a reason: a colleague answered meanwhile, another brand's name, a variable left open.
import { AlertIcon } from "../../../design/icons";
import { sendQuestion } from "../../state/composing";
import { COMPOSER_ID } from "../../state/shortcuts";
import { words } from "../../words";
import { Dialog } from "../Dialog";

export function SendQuestion() {
  const say = words.value;
  const { doubts, onSend, onBack } = sendQuestion.value!;
  const shut = (): void => {
    sendQuestion.value = null;
    onBack();
    requestAnimationFrame(() => document.getElementById(COMPOSER_ID)?.focus());
  };
  const go = (): void => {
    sendQuestion.value = null;
    onSend();
    requestAnimationFrame(() => document.getElementById(COMPOSER_ID)?.focus());
  };
  return (
    <Dialog label={say.sendAnyway} class="sheet question" onClose={shut}>
      <form class="sheet-inner" onSubmit={(event) => (event.preventDefault(), go())}>
        <h2>{say.beforeSending}</h2>
        <ul class="doubts">
          {doubts.map(({ text, quote }) => (
            <li key={text}>
              <AlertIcon />
              <div>
                <p>{text}</p>
                {quote && <blockquote dir="auto">{quote}</blockquote>}
              </div>
            </li>
          ))}
        </ul>
        <footer>
          <button type="button" class="button" autofocus onClick={shut}>{say.goBack}</button>
          <button type="submit" class="button button-primary">{say.sendAnyway}</button>
        </footer>
      </form>
    </Dialog>
  );
}
