// A time of one's own until which conversations sleep.
import { signal, useSignal } from "@preact/signals";
import { snooze } from "../../state/marks";
import { localInput } from "../../state/snooze";
import { words } from "../../words";
import { Dialog } from "../Dialog";

/** The conversations that wait for a time. */
export const snoozeAsked = signal<readonly string[] | null>(null);
const HOUR = 3_600_000;

export function SnoozeDialog() {
  const say = words.value;
  const value = useSignal(localInput(Date.now() + HOUR));
  const until = new Date(value.value).getTime();
  const isPast = !(until > Date.now());
  const shut = (): void => void (snoozeAsked.value = null);
  const set = (event: Event): void => {
    event.preventDefault();
    if (isPast || !snoozeAsked.value) return;
    void snooze(snoozeAsked.value, until);
    shut();
  };
  return (
    <Dialog label={say.bulkSnooze} class="sheet question" onClose={shut}>
      <form class="sheet-inner form" onSubmit={set}>
        <h2>{say.bulkSnooze}</h2>
        <label class="form-field">
          <span>{say.snoozeTime}</span>
          <input class="input" type="datetime-local" required min={localInput(Date.now())} value={value.value} aria-describedby="snooze-past" onInput={(event) => (value.value = event.currentTarget.value)} />
        </label>
        <p id="snooze-past" class="field-error" role="status">{isPast ? say.snoozePast : ""}</p>
        <footer class="form-foot">
          <button type="button" class="button" onClick={shut}>{say.cancel}</button>
          <button type="submit" class="button button-primary" disabled={isPast}>{say.snoozeSet}</button>
        </footer>
      </form>
    </Dialog>
  );
}
