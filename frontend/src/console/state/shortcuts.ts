// What the keys do. They sleep while one writes (but those with Ctrl or Cmd), and while a dialog or menu has the keyboard.
import { signal } from "@preact/signals";
import { SEARCH_ID } from "../parts/Inbox";
import { VIEWS } from "../wire";
import { close, reopen, take } from "./actions";
import { currentThread } from "./desk";
import type { Mode } from "./drafts";
import { bindKeys, bindingOf, keyOf } from "./keys";
import { isComposing } from "../../design/composing";
import { toggleDetails } from "./layout";
import { LostField, type Typed } from "./lost_field";
import { macroKeyOf } from "./macro_keys";
import { mayBeMacroKey, runMacroOf } from "./macros";
import { openPalette } from "./palette";
import { go, route } from "./route";
import { myId } from "./session";
import { startWalking, walk } from "./walk";

export const isSheetOpen = signal(false);
export const isSettingsOpen = signal(false);
/** The conversation that is to be transferred: its dialog is open. */
export const transferAsked = signal<string | null>(null);
/** What the composer of this conversation should take up, as soon as it is there. */
export const writeWish = signal<{ conversation: string; mode: Mode } | null>(null);

export const COMPOSER_ID = "composer-text";

let focusWish: string | null = null;

/** Who opens with the mouse writes next; who walks with j and k would type into the composer. On a phone the
 *  keyboard would cover what one came to read. */
export function openToWrite(conversation: string): void {
  if (matchMedia("(pointer: fine)").matches) focusWish = conversation;
  go({ conversation });
}

export function takeFocusWish(conversation: string): boolean {
  const isWished = focusWish === conversation;
  if (isWished) focusWish = null;
  return isWished;
}

export const wantToWrite = (mode: Mode): void => {
  const { conversation } = route.peek();
  if (conversation) writeWish.value = { conversation, mode };
};

const openRow = () => currentThread.peek()?.row.peek() ?? null;

function closeOrReopen(): void {
  const row = openRow();
  if (row) void (row.status === "closed" ? reopen(row) : close(row));
}

function takeOpen(): void {
  const row = openRow();
  if (row && row.status !== "closed" && row.agent?.id !== myId.peek()) void take(row);
}

function transferOpen(): void {
  const row = openRow();
  if (row && row.status !== "closed") transferAsked.value = row.id;
}

function leave(): void {
  if (route.peek().conversation && matchMedia("(max-width: 759px)").matches) go({ conversation: null });
}

bindKeys(
  { group: "move", keys: ["j"], label: "keyNext", run: () => walk(1) },
  { group: "move", keys: ["k"], label: "keyPrevious", run: () => walk(-1) },
  ...VIEWS.map((view, index) => ({
    group: "move" as const,
    keys: [String(index + 1)],
    shown: index ? "" : `1 – ${VIEWS.length}`, // one line of the sheet tells of all of them
    label: "keyViews" as const,
    run: () => go({ view }),
  })),
  { group: "move", keys: ["/"], label: "keySearch", run: () => document.getElementById(SEARCH_ID)?.focus() },
  { group: "conversation", keys: ["t"], label: "keyTake", run: takeOpen },
  { group: "conversation", keys: ["f"], label: "keyTransfer", run: transferOpen },
  { group: "conversation", keys: ["e"], label: "keyClose", run: closeOrReopen },
  { group: "conversation", keys: ["m"], label: "keyMacro", run: () => openRow() && openPalette("macros") },
  { group: "conversation", keys: ["Alt+1"], shown: "Alt+1 – 9", label: "keyMacroAtOnce" },
  { group: "conversation", keys: ["i"], label: "keyDetails", run: () => openRow() && toggleDetails() },
  { group: "write", keys: ["r"], label: "keyReply", run: () => wantToWrite("reply") },
  { group: "write", keys: ["n"], label: "keyNote", run: () => wantToWrite("note") },
  { group: "write", keys: ["Enter"], label: "keySend" },
  { group: "write", keys: ["Mod+Enter"], label: "keySendClose" },
  { group: "write", keys: ["/"], label: "keyCanned" },
  { group: "write", keys: ["@"], label: "keyMention" },
  { group: "write", keys: [":"], label: "keyEmoji" },
  { group: "anywhere", keys: ["Mod+K"], label: "keyPalette", run: () => openPalette("all") },
  { group: "anywhere", keys: ["?"], label: "keySheet", run: () => (isSheetOpen.value = true) },
  { group: "anywhere", keys: ["Escape"], label: "keyEscape", run: leave },
);

/** A box that was ticked with the mouse has the focus too, but nobody writes there. */
const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches("input:not([type=checkbox]), textarea, select"));

const lostField = new LostField<Element>((field) => field.isConnected);

const typedBy = (event: KeyboardEvent): Typed => ({
  key: isComposing(event) ? "Process" : event.key,
  at: event.timeStamp,
  isModified: event.ctrlKey || event.metaKey || event.altKey,
});

/** Before the field itself sees the key, which it may keep for itself. Fields of dialogs go when one is done there. */
function noteTyping(event: KeyboardEvent): void {
  if (!isWriting(event.target)) return;
  const field = event.target as Element;
  if (field.closest("dialog")) lostField.forget();
  else lostField.noteTyped(field, typedBy(event));
}

/** Alt and a macro's key: at once, without the list. All others are the browser's. */
function runsMacro(event: KeyboardEvent): boolean {
  const key = macroKeyOf(event);
  const row = openRow();
  if (!key || !row || isWriting(event.target) || route.peek().page !== "inbox" || !mayBeMacroKey(key)) return false;
  if (!event.repeat) void runMacroOf(key, row);
  return true;
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || isComposing(event)) return;
  if (document.querySelector("dialog[open], [role=menu]")) return;
  if (event.target === document.body && lostField.takes(typedBy(event))) return event.preventDefault();
  if (runsMacro(event)) return event.preventDefault();
  const key = keyOf(event);
  if (isWriting(event.target) && !key.startsWith("Mod+")) {
    if (key === "Escape") (event.target as HTMLElement).blur();
    return;
  }
  // On board and reports there is no list to walk through and nothing to answer.
  if (route.peek().page !== "inbox" && !/^([?1-9]|Mod\+.)$/.test(key)) return;
  const binding = bindingOf(key);
  if (!binding) return;
  event.preventDefault();
  // A key that is held walks on, but takes, closes and reopens once.
  if (!event.repeat || binding.group === "move") binding.run!();
}

export function listenForShortcuts(): void {
  startWalking();
  addEventListener("keydown", noteTyping, { capture: true });
  addEventListener("keydown", onKeyDown);
}
