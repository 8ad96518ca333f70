import { useEffect } from "preact/hooks";
import type { Chat } from "./chat";

/** A finger on the panel should not bring up the keyboard by itself. */
export function focusUnlessTouched(element: HTMLElement | null | undefined): void {
  if (!matchMedia("(pointer: coarse)").matches) element?.focus({ preventScroll: true });
}

/**
 * Puts the focus where one writes when the panel opens. What appears in an open one leaves it to the page, if it is
 * there: which only the page can say, a frame of another site is told late that it has the focus.
 */
export function useOpening(chat: Chat, focus: () => void): void {
  useEffect(() => {
    if (chat.isOpen.value && !chat.state?.isAway) focus();
  }, [chat.isOpen.value]);
}
