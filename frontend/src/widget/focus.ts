/** A finger on the panel should not bring up the keyboard by itself. */
export function focusUnlessTouched(element: HTMLElement | null | undefined): void {
  if (!matchMedia("(pointer: coarse)").matches) element?.focus({ preventScroll: true });
}
