// Short notices at the bottom: what happened, and how to take it back.
import { signal } from "@preact/signals";
import { explain } from "../words";

export interface Toast {
  id: number;
  kind: "done" | "error";
  text: string;
  action?: { label: string; run: () => void };
}

/** So long there is a way back. */
export const LASTS_MS = 8_000;
const MAX_SHOWN = 3;

export const toasts = signal<readonly Toast[]>([]);
let nextId = 1;

export function dismissToast(id: number): void {
  toasts.value = toasts.peek().filter((toast) => toast.id !== id);
}

export function showToast(toast: Omit<Toast, "id">): void {
  const id = nextId++;
  toasts.value = [...toasts.peek(), { ...toast, id }].slice(-MAX_SHOWN);
  setTimeout(() => dismissToast(id), LASTS_MS);
}

export const showError = (error: unknown): void => showToast({ kind: "error", text: explain(error) });
