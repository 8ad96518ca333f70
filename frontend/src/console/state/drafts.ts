// What was written and not sent, per conversation and kind, kept in this browser.
import { signal } from "@preact/signals";
import { readStored, writeStored } from "./preferences";
import { me } from "./session";

export type Mode = "reply" | "note";

/** Grows with every change that rows should show. */
export const draftsVersion = signal(0);

const key = (conversation: string, mode: Mode): string =>
  `kefu.draft.${me.peek()?.brand.slug}.${me.peek()?.agent.id}.${conversation}.${mode}`;

export const readDraft = (conversation: string, mode: Mode): string => readStored(key(conversation, mode)) ?? "";

export function writeDraft(conversation: string, mode: Mode, text: string): void {
  const had = readStored(key(conversation, mode)) !== null;
  writeStored(key(conversation, mode), text.trim() ? text : null);
  if (had !== Boolean(text.trim())) draftsVersion.value++;
}
