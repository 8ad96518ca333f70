// Every key of the console, once: what is pressed, what it is called, what it does. The `?` sheet is drawn from this
// table and the shortcuts run from it, so that none can say what the other does not do.
import type { Dictionary } from "../words/en";

type KeyGroup = "move" | "conversation" | "write" | "anywhere";
export const KEY_GROUPS: readonly KeyGroup[] = ["move", "conversation", "write", "anywhere"];

/** Words that are plain texts. */
type WordKey = { [K in keyof Dictionary]: Dictionary[K] extends string ? K : never }[keyof Dictionary];

interface Binding {
  group: KeyGroup;
  /** As KeyboardEvent.key says it; "Mod+K" is Ctrl or Cmd, and works while writing too. */
  keys: readonly string[];
  /** Where the sheet shows something else than `keys`. */
  shown?: string;
  label: WordKey;
  /** Missing where the key belongs to a field or a dialog, which listens by itself: here it is only told. */
  run?: () => void;
}

const bindings: Binding[] = [];

/** Adds keys; each part of the console brings its own. A key that is taken already is a mistake. */
export function bindKeys(...more: Binding[]): void {
  for (const binding of more) {
    const taken = binding.run && binding.keys.find((key) => bindingOf(key));
    if (taken) throw new Error(`The key ${taken} is taken.`);
    bindings.push(binding);
  }
}

export const bindingOf = (key: string): Binding | undefined => bindings.find((one) => one.run && one.keys.includes(key));

export const bindingsIn = (group: KeyGroup): Binding[] => bindings.filter((one) => one.group === group);

/** "Mod+K" for Ctrl+K and Cmd+K; letters alone as they are. */
export function keyOf(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">): string {
  if (event.altKey) return "";
  return event.ctrlKey || event.metaKey ? `Mod+${event.key.toUpperCase()}` : event.key;
}

const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);

/** As the sheet and the palette show it: ["⌘", "K"] or ["Ctrl", "K"]. */
export const keyCaps = ({ keys, shown }: Pick<Binding, "keys" | "shown">): string[] =>
  (shown ?? keys[0] ?? "")
    .split(" ")
    .flatMap((part) => part.split("+"))
    .map((cap) => (cap === "Mod" ? (isMac ? "⌘" : "Ctrl") : cap === "Alt" ? (isMac ? "⌥" : "Alt") : cap === "Escape" ? "Esc" : cap.length === 1 ? cap.toUpperCase() : cap));
