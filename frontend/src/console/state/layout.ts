// Whether the visitor's details are on screen. Beside the thread where there is room (a lasting choice), over it
// where there is not (for this look only).
import { computed, signal } from "@preact/signals";
import { isDetailsWanted, showDetails } from "./preferences";

const wide = matchMedia("(min-width: 1100px)");

export const isWide = signal(wide.matches);
export const isDetailsOver = signal(false);
export const isDetailsShown = computed(() => (isWide.value ? isDetailsWanted.value : isDetailsOver.value));

export function toggleDetails(): void {
  if (isWide.peek()) showDetails(!isDetailsWanted.peek());
  else isDetailsOver.value = !isDetailsOver.peek();
}

export function hideDetails(): void {
  if (isWide.peek()) showDetails(false);
  else isDetailsOver.value = false;
}

/** One pane at a time: the list, or the conversation. */
const narrow = matchMedia("(max-width: 759px)");
export const isNarrow = signal(narrow.matches);
narrow.addEventListener("change", () => (isNarrow.value = narrow.matches));

wide.addEventListener("change", () => {
  isWide.value = wide.matches;
  isDetailsOver.value = false;
});
