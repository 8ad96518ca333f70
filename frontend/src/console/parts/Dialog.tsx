// A modal dialog: Esc and a click beside it close it, focus returns to where it came from.
import { useLayoutEffect, useRef } from "preact/hooks";

export function Dialog(props: { label: string; class: string; onClose: () => void; children: preact.ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  // Before the next key is pressed: who is quick types into it at once.
  useLayoutEffect(() => {
    const element = dialog.current!;
    const cameFrom = document.activeElement as HTMLElement | null;
    element.showModal();
    return () => cameFrom?.focus?.();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={props.class}
      aria-label={props.label}
      onClose={props.onClose}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      {props.children}
    </dialog>
  );
}
