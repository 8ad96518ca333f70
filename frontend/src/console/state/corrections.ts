// Editing and recalling one's own messages: which may be, what the composer is editing, which recall is asked for.
import { signal } from "@preact/signals";
import type { LogEvent, MessageData } from "../../engine";
import type { Row } from "../wire";
import { command } from "./desk";
import { me, myId } from "./session";
import { showError } from "./toasts";

export interface Edited {
  conversation: string;
  message: string;
  /** As it stands in the log; what is being written is the composer's. */
  text: string;
  hasFiles: boolean;
}

export const editing = signal<Edited | null>(null);
export const recallAsked = signal<LogEvent<MessageData> | null>(null);

/** Until when the message may be changed; 0 for one that never may. The server has the last word. */
export function changeableUntil({ ts, data }: LogEvent<MessageData>): number {
  const isMine = data.author.kind === "agent" && data.author.id === myId.peek();
  return isMine && !data.recalled ? ts + (me.peek()?.brand.edit_minutes ?? 0) * 60_000 : 0;
}

export const mayCorrect = (event: LogEvent<MessageData>, row: Row | null, now: number): boolean =>
  row !== null && row.status !== "closed" && now < changeableUntil(event);

export function startEdit({ id, conversation, data }: LogEvent<MessageData>): void {
  editing.value = { conversation, message: id, text: data.text, hasFiles: data.files.length > 0 };
}

export function stopEdit(): void {
  editing.value = null;
}

/** Tells whether it is saved; a refusal is shown and what was written stays. */
export async function saveEdit({ conversation, message, text: before }: Edited, text: string): Promise<boolean> {
  if (text !== before && !(await ask("message.edit", { message, text }, conversation))) return false;
  if (editing.peek()?.message === message) stopEdit();
  return true;
}

export async function recall({ id, conversation }: LogEvent<MessageData>): Promise<void> {
  if (editing.peek()?.message === id) stopEdit();
  await ask("message.recall", { message: id }, conversation);
}

async function ask(type: string, data: object, conversation: string): Promise<boolean> {
  try {
    await command(type, data, conversation);
    return true;
  } catch (error) {
    showError(error);
    return false;
  }
}
