// Keys of the console. They sleep while one writes, and while a dialog or menu has the keyboard.
import { signal } from "@preact/signals";
import { SEARCH_ID } from "../parts/Inbox";
import { VIEWS } from "../wire";
import { close, reopen, take } from "./actions";
import { currentThread } from "./desk";
import { currentListing } from "./inbox";
import { toggleDetails } from "./layout";
import { go, route } from "./route";
import { myId } from "./session";
import type { Mode } from "./drafts";

export const isSheetOpen = signal(false);
/** What the composer should take up: the mode, and a number that grows with every wish. */
export const writeWish = signal<{ mode: Mode; count: number }>({ mode: "reply", count: 0 });
export const transferWish = signal(0);

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
  writeWish.value = { mode, count: writeWish.peek().count + 1 };
};

function move(by: 1 | -1): void {
  const ids = currentListing.peek().ids.peek();
  const at = ids.indexOf(route.peek().conversation ?? "");
  const target = at < 0 ? (by > 0 ? 0 : ids.length - 1) : at + by;
  const id = ids[Math.min(Math.max(target, 0), ids.length - 1)];
  if (id) go({ conversation: id }, "replace");
}

const openRow = () => currentThread.peek()?.row.peek() ?? null;

function closeOrReopen(): void {
  const row = openRow();
  if (row) void (row.status === "closed" ? reopen(row) : close(row));
}

function takeOpen(): void {
  const row = openRow();
  if (row && row.status !== "closed" && row.agent?.id !== myId.peek()) void take(row);
}

function leave(): void {
  if (route.peek().conversation && matchMedia("(max-width: 759px)").matches) go({ conversation: null });
}

const bindings: Record<string, () => void> = {
  j: () => move(1),
  k: () => move(-1),
  e: closeOrReopen,
  t: takeOpen,
  r: () => wantToWrite("reply"),
  n: () => wantToWrite("note"),
  x: () => transferWish.value++,
  i: () => openRow() && toggleDetails(),
  "/": () => document.getElementById(SEARCH_ID)?.focus(),
  "?": () => (isSheetOpen.value = true),
  Escape: leave,
  ...Object.fromEntries(VIEWS.map((view, index) => [String(index + 1), () => go({ view })])),
};

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open], [role=menu]")) return;
  if (isWriting(event.target)) {
    if (event.key === "Escape") (event.target as HTMLElement).blur();
    return;
  }
  // On board and reports there is no list to walk through and nothing to answer.
  if (route.peek().page !== "inbox" && !/^[?1-9]$/.test(event.key)) return;
  const run = bindings[event.key];
  if (!run) return;
  event.preventDefault();
  run();
}

export const listenForShortcuts = (): void => addEventListener("keydown", onKeyDown);
