import { useEffect, useRef } from "preact/hooks";
import type { Chat } from "./chat";

/** A finger on the panel should not bring up the keyboard by itself. */
export function focusUnlessTouched(element: HTMLElement | null | undefined): void {
  if (!matchMedia("(pointer: coarse)").matches) element?.focus({ preventScroll: true });
}

/** Puts the focus where one writes when the panel opens. What appears in an open one leaves it to the page, if it is there. */
export function useOpening(chat: Chat, focus: () => void): void {
  const wasThere = useRef(false);
  useEffect(() => {
    if (chat.isOpen.value && (wasThere.current || document.hasFocus())) focus();
    wasThere.current = true;
  }, [chat.isOpen.value]);
}
