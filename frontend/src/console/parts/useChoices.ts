// A field over a list of choices: the field keeps the focus, arrows move the mark, which stays in sight, and on its choice
// when the list is ordered anew.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { isComposing } from "../../design/composing";

export function useChoices(keys: readonly string[], listId: string) {
  /** Null: the first, whichever it is. */
  const chosen = useSignal<string | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const count = keys.length;
  const at = chosen.value === null ? 0 : Math.max(keys.indexOf(chosen.value), 0);
  useEffect(() => list.current?.children[at]?.scrollIntoView({ block: "nearest" }), [at]);

  /** True where the key was for the list, or for the input method. */
  const takeKey = (event: KeyboardEvent): boolean => {
    if (isComposing(event)) return true;
    const isDown = event.key === "ArrowDown" || (event.ctrlKey && event.key === "n");
    if (!isDown && event.key !== "ArrowUp") return false;
    chosen.value = keys[(at + (isDown ? 1 : -1) + count) % Math.max(count, 1)] ?? null;
    event.preventDefault();
    return true;
  };
  const field = {
    type: "text",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": listId,
    "aria-activedescendant": count ? `${listId}-${at}` : undefined,
    "aria-autocomplete": "list",
    autofocus: true,
    autocomplete: "off",
    spellcheck: false,
  } as const;
  const option = (place: number) => ({ id: `${listId}-${place}`, role: "option", class: "palette-item", "aria-selected": place === at }) as const;
  return { at, list, field, option, takeKey, mark: (key: string | null) => (chosen.value = key) };
}
