// An agent's own canned replies: which one is asked for, keeping it, and deleting with a way back.
import { signal } from "@preact/signals";
import type { FileView } from "../../engine";
import { changeCanned, createCanned, deleteCanned, fetchOwnCanned } from "../api";
import type { Canned, NewCanned, OwnCanned } from "../wire";
import { words } from "../words";
import { canned, deleting } from "./canned";
import { LASTS_MS, showError, showToast } from "./toasts";

/** What a form begins with. `id` null: a new one. */
export interface Beginning {
  id: string | null;
  shortcut: string;
  title: string;
  texts: Record<string, string>;
  files: readonly FileView[];
}

/** What the dialog shows: the list of one's own, one of them (read anew first), or a new one. */
type Asked = { show: "list" } | { show: "one"; id: string } | { show: "form"; from: Beginning };

export const cannedAsked = signal<Asked | null>(null);

export const askForOwn = (): void => void (cannedAsked.value = { show: "list" });
export const askToChange = (id: string): void => void (cannedAsked.value = { show: "one", id });

export function askForNew(language: string, text = "", files: readonly FileView[] = []): void {
  cannedAsked.value = { show: "form", from: { id: null, shortcut: "", title: "", texts: { [language]: text }, files } };
}

export async function beginChange(id: string): Promise<Beginning> {
  const { shortcut, title, texts, attached } = await fetchOwnCanned(id);
  return { id, shortcut, title, texts, files: attached };
}

/** Raises what the server refused: the form shows it. */
export async function keepCanned(id: string | null, made: NewCanned): Promise<void> {
  // One that is about to be gone must not hold the shortcut.
  await Promise.all((canned.peek() ?? []).filter((one) => one.own && one.shortcut === made.shortcut && one.id !== id).map(finishDelete));
  const kept: OwnCanned = id === null ? await createCanned(made) : await changeCanned(id, made);
  canned.value = [...(canned.peek() ?? []).filter((one) => one.id !== kept.id), kept];
}

/** It is out of sight at once, and told to the server when there is no way back any more: so Undo gives back all of it. */
export function dropCanned(one: Canned): void {
  clearTimeout(deleting.peek().get(one.id));
  deleting.value = new Map(deleting.peek()).set(one.id, window.setTimeout(() => void finishDelete(one), LASTS_MS));
}

export function takeBackDelete({ id }: Canned): void {
  clearTimeout(deleting.peek().get(id));
  forget(id);
}

/** The dialog goes, the way back stays: as a notice. */
export function leaveDeletes(): void {
  const say = words.peek();
  for (const one of (canned.peek() ?? []).filter(({ id }) => deleting.peek().has(id))) {
    clearTimeout(deleting.peek().get(one.id)); // from now on the notice says how long there is a way back
    const undo = { label: say.undo, run: () => takeBackDelete(one) };
    showToast({ kind: "done", text: say.cannedDeleted(one.shortcut), action: undo, onGone: () => void finishDelete(one) });
  }
}

async function finishDelete(one: Canned): Promise<void> {
  const timer = deleting.peek().get(one.id);
  if (timer === undefined) return;
  clearTimeout(timer);
  try {
    await deleteCanned(one.id);
    canned.value = (canned.peek() ?? []).filter((other) => other.id !== one.id);
  } catch (error) {
    if ((error as { code?: string }).code !== "not_found") showError(error);
  } finally {
    forget(one.id);
  }
}

function forget(id: string): void {
  const left = new Map(deleting.peek());
  left.delete(id);
  deleting.value = left;
}

// Whoever closes the window has not taken it back.
globalThis.addEventListener?.("pagehide", () => {
  for (const one of canned.peek() ?? []) void finishDelete(one);
});
