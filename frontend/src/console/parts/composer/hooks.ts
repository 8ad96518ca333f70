// What the composer follows: the draft of other devices, wishes of shortcuts, an edit, the height of its text.
import { effect, untracked, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { busy } from "../../state/busy";
import { stopEdit, type Edited } from "../../state/corrections";
import { hint } from "../../state/desk";
import { draftArrived, readDraft, type Mode } from "../../state/drafts";
import { COMPOSER_ID, takeFocusWish, writeWish } from "../../state/shortcuts";
import type { Thread } from "../../state/thread";
import { noteWriting } from "../../state/viewers";

export type Area = { current: HTMLTextAreaElement | null };

const TYPING_EVERY_MS = 3_000;

/** Tells that one writes, at most every three seconds; tells once that one stopped. Notes are told to colleagues only. */
export function useTypingHint(thread: Thread): (text: string, isNote: boolean) => void {
  const toldAt = useRef(0);
  return (text, isNote) => {
    const now = Date.now();
    noteWriting(Boolean(text.trim()) && !isNote);
    if (!text.trim() || isNote) {
      if (toldAt.current) hint("typing.stop", {}, thread.id);
      toldAt.current = 0;
    } else if (now - toldAt.current > TYPING_EVERY_MS) {
      hint("typing.start", {}, thread.id);
      toldAt.current = now;
    }
  };
}

export function useWishes(thread: string, area: Area, switchTo: (mode: Mode) => void): void {
  // At once, which useSignalEffect is not (it waits for the next picture): whoever types on after N or R means the
  // composer, and no shortcut.
  useEffect(() => effect(() => {
    const wish = writeWish.value;
    if (!wish) return;
    writeWish.value = null; // one for a conversation that was left meanwhile is no wish any more
    if (wish.conversation === thread) untracked(() => (switchTo(wish.mode), focusComposer()));
  }), [thread]);
  useEffect(() => {
    if (takeFocusWish(thread)) area.current?.focus({ preventScroll: true });
  }, []);
}

function focusComposer(): void {
  const field = document.getElementById(COMPOSER_ID);
  if (field) field.focus();
  else requestAnimationFrame(() => document.getElementById(COMPOSER_ID)?.focus()); // a closed one opens for a note
}

/** Takes the message up when editing begins, and what was being written before when it ends. */
export function useEdit(edited: Edited | null, area: Area, show: (text: string | null) => void): void {
  const was = useRef<Edited | null>(null);
  useEffect(() => {
    if (was.current === edited) return;
    was.current = edited;
    show(edited?.text ?? null);
    requestAnimationFrame(() => area.current?.focus());
  }, [edited]);
  useEffect(() => stopEdit, []);
}

/**
 * Whether the field stays, though the conversation was closed: as long as it has the focus, so that what is typed on does
 * not become shortcuts. Who closed it oneself, with nothing more to say, is done here.
 */
export function useHeldField(thread: Thread, area: Area): { isHeld: boolean; letGo: () => void } {
  const isHeld = useSignal(false);
  useEffect(() => {
    const isClosedNow = (): boolean => thread.row.value?.status === "closed";
    let wasClosed = untracked(isClosedNow);
    // At once, while the field is still there.
    return effect(() => {
      const isClosed = isClosedNow();
      if (isClosed === wasClosed) return;
      wasClosed = isClosed;
      const field = document.activeElement === area.current ? area.current : null;
      isHeld.value = isClosed && field !== null && (field.value !== "" || !busy.peek().has(thread.id));
    });
  }, [thread]);
  return { isHeld: isHeld.value, letGo: () => (isHeld.value = false) };
}

/** What another device wrote later stands here too, unless somebody is writing here at this moment. */
export function useArrivedDraft(thread: Thread, mode: Mode, area: Area, show: (text: string) => void): void {
  const arrived = draftArrived.value;
  const seen = useRef(arrived);
  useEffect(() => {
    if (seen.current === arrived) return;
    seen.current = arrived;
    const isInUse = document.activeElement === area.current && document.hasFocus() && area.current?.value;
    if (!isInUse) show(readDraft(thread.id, mode));
  }, [arrived]);
}

export function useGrowth(area: Area, text: string): void {
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [text]);
}

/** Writes into the field now, not with the next picture: the next letter may be on its way. */
export function putText(area: HTMLTextAreaElement, text: string, caret: number, change: (text: string) => void): void {
  area.value = text;
  area.setSelectionRange(caret, caret);
  change(text);
  area.focus();
}
