// The `?` sheet: drawn from the table of keys, so that it says what they do.
import { CloseIcon } from "../../design/icons";
import { bindingsIn, keyCaps, KEY_GROUPS } from "../state/keys";
import { keysById } from "../state/macro_keys";
import { macros } from "../state/macros";
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
          <MacroKeys />
        </div>
      </div>
    </Dialog>
  );
}

/** Those that were given a key: a place in the list may change any day, and the list shows it. */
function MacroKeys() {
  const say = words.value;
  const keys = keysById(macros.value ?? []);
  const named = (macros.value ?? []).filter((one) => one.key && keys.has(one.id));
  if (!named.length) return null;
  return (
    <section>
      <h3>{say.macros}</h3>
      <dl>
        {named.map((one) => (
          <div key={one.id}>
            <dt><kbd>Alt</kbd><kbd>{one.key.toUpperCase()}</kbd></dt>
            <dd>{one.name}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
