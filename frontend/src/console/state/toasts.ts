// Short notices at the bottom: what happened, and how to take it back.
import { signal } from "@preact/signals";
import { explain } from "../words";

export interface Toast {
  id: number;
  kind: "done" | "error";
  text: string;
  action?: { label: string; run: () => void };
  /** The notice is gone, and with it the way back, whether or not it was taken. */
  onGone?: () => void;
}

/** So long there is a way back, and longer while the notices have the pointer or the keyboard. */
export const LASTS_MS = 8_000;
const LOOKS_AGAIN_MS = 1_000;
const IN_USE = ".toasts:is(:hover, :focus-within)";
const MAX_SHOWN = 3;

export const toasts = signal<readonly Toast[]>([]);
let nextId = 1;

export function dismissToast(id: number): void {
  const gone = toasts.peek().find((toast) => toast.id === id);
  if (!gone) return;
  toasts.value = toasts.peek().filter((toast) => toast !== gone);
  gone.onGone?.();
}

export function showToast(toast: Omit<Toast, "id">): void {
  const id = nextId++;
  const tooMany = toasts.peek().slice(0, 1 - MAX_SHOWN);
  toasts.value = [...toasts.peek(), { ...toast, id }];
  for (const one of tooMany) dismissToast(one.id);
  endAfter(LASTS_MS, id);
}

function endAfter(milliseconds: number, id: number): void {
  setTimeout(() => (document.querySelector(IN_USE) ? endAfter(LOOKS_AGAIN_MS, id) : dismissToast(id)), milliseconds);
}

export const showError = (error: unknown): void => showToast({ kind: "error", text: explain(error) });
