// The `?` sheet: drawn from the table of keys, so that it says what they do.
import { CloseIcon } from "../../design/icons";
import { bindingsIn, keyCaps, KEY_GROUPS } from "../state/keys";
import { isSheetOpen } from "../state/shortcuts";
import { words } from "../words";
import { Dialog } from "./Dialog";

export function ShortcutSheet() {
  const say = words.value;
  const shut = (): void => void (isSheetOpen.value = false);
  return (
    <Dialog label={say.shortcuts} class="sheet" onClose={shut}>
      <div class="sheet-inner">
        <header>
          <h2>{say.shortcuts}</h2>
          <button type="button" class="icon-button" aria-label={say.close} onClick={shut}>
            <CloseIcon />
          </button>
        </header>
        <div class="sheet-groups">
          {KEY_GROUPS.map((group) => (
            <section key={group}>
              <h3>{say.keyGroups[group]}</h3>
              <dl>
                {bindingsIn(group)
                  .filter(({ shown }) => shown !== "")
                  .map((binding) => (
                    <div key={binding.label + binding.keys[0]}>
                      <dt>{keyCaps(binding).map((cap) => (cap === "–" ? "–" : <kbd key={cap}>{cap}</kbd>))}</dt>
                      <dd>{say[binding.label]}</dd>
                    </div>
                  ))}
              </dl>
            </section>
          ))}
        </div>
      </div>
    </Dialog>
  );
}
