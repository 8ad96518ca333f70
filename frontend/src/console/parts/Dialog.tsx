// A modal dialog: Esc and a click beside it close it, focus returns to where it came from, notices stand in it.
import { signal } from "@preact/signals";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Toasts } from "./Toasts";

/** The open ones, the topmost last. */
export const openDialogs = signal<readonly object[]>([]);

export function Dialog(props: { label: string; class: string; onClose: () => void; children: preact.ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isGone = useRef(false);
  const pressedOn = useRef<EventTarget | null>(null);
  const [self] = useState({});
  // Before the next key is pressed: who is quick types into it at once.
  useLayoutEffect(() => {
    const element = dialog.current!;
    const cameFrom = document.activeElement as HTMLElement | null;
    element.showModal();
    openDialogs.value = [...openDialogs.peek(), self];
    return () => {
      isGone.current = true;
      openDialogs.value = openDialogs.peek().filter((one) => one !== self);
      // Closed first: as long as it is open nothing outside of it takes the focus.
      element.close();
      cameFrom?.focus?.();
    };
  }, []);
  // Whoever marks text and lets go beside the dialog clicked on neither.
  const onClick = (event: MouseEvent): void => {
    if (event.target === dialog.current && pressedOn.current === dialog.current) dialog.current?.close();
  };
  return (
    <dialog
      ref={dialog}
      class={props.class}
      aria-label={props.label}
      onClose={() => isGone.current || props.onClose()}
      onPointerDown={(event) => (pressedOn.current = event.target)}
      onClick={onClick}
    >
      {props.children}
      {openDialogs.value.at(-1) === self && <Toasts />}
    </dialog>
  );
}
