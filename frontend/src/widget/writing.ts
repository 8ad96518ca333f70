// What is being written: text, emoji, files; whether it can go, and how it goes. The markup is in composer.tsx.
import { useSignal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import type { Chat } from "./chat";
import { focusUnlessTouched, useOpening } from "./focus";
import { filesMeant } from "./pasted";

export function useWriting(chat: Chat, area: { current: HTMLTextAreaElement | null }) {
  const text = useSignal(chat.storage.get("draft") ?? "");
  const isPicking = useSignal(false);
  const { uploads } = chat;
  const over = [...text.value].length - chat.session.value!.limits.text;
  const hasContent = text.value.trim() !== "" || uploads.isReady.value;
  const canSend = hasContent && over <= 0 && !uploads.isBusy.value;

  useLayoutEffect(() => grow(area.current!), [text.value]);
  useOpening(chat, () => focusUnlessTouched(area.current));

  const write = (next: string): void => {
    text.value = next;
    chat.storage.set("draft", next || null);
    chat.typing.changed(next);
  };
  const send = (): void => {
    if (!canSend) return;
    chat.send(text.value.trim());
    text.value = "";
    chat.storage.set("draft", null);
    isPicking.value = false;
    area.current?.focus();
  };
  const insert = (emoji: string): void => {
    const { selectionStart, selectionEnd } = area.current!;
    write(text.value.slice(0, selectionStart) + emoji + text.value.slice(selectionEnd));
    const caret = selectionStart + emoji.length;
    requestAnimationFrame(() => area.current?.setSelectionRange(caret, caret));
  };
  const paste = (event: ClipboardEvent): void => {
    const { clipboardData: data } = event;
    const files = filesMeant([...data!.files], data!.getData("text/plain"));
    if (!files.length) return;
    event.preventDefault();
    uploads.add(files);
  };
  return { text, isPicking, over, canSend, write, send, insert, paste };
}

/** To as many lines as there are; how many at most stands in the styles. */
function grow(area: HTMLTextAreaElement): void {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}
