// Who else looks at the open conversation, and who writes. The console renews its own lease every few seconds and gets
// the list with each answer; changes in between come as hints (agents/viewers.py).
import { effect } from "@preact/signals";
import { command, currentThread, hint, connection } from "./desk";
import type { Thread } from "./thread";

const RENEW_MS = 5_000;
const WRITING_LASTS_MS = 6_000;

let wroteAt = 0;
let shown: Thread | null = null;
let timer = 0;

const isWriting = (): boolean => Date.now() - wroteAt < WRITING_LASTS_MS;

async function look(): Promise<void> {
  const thread = shown;
  if (!thread || document.hidden || connection.peek().kind !== "live") return;
  try {
    const { viewers } = await command("conversation.view", { is_writing: isWriting() }, thread.id);
    if (viewers) thread.viewers.value = viewers;
  } catch {
    thread.viewers.value = []; // not known: nobody is said to be there
  }
}

/** Told at once when it begins; afterwards the renewals carry it. */
export function noteWriting(writes: boolean): void {
  const was = isWriting();
  wroteAt = writes ? Date.now() : 0;
  if (was !== writes) void look();
}

function leave(thread: Thread | null): void {
  if (thread) hint("conversation.view", { has_left: true }, thread.id);
}

function turnTo(thread: Thread | null): void {
  if (thread === shown) return;
  leave(shown);
  wroteAt = 0;
  shown = thread;
  void look();
}

export function startViewers(): void {
  effect(() => {
    const thread = currentThread.value;
    const isReady = thread?.load.value === "ready" && connection.value.kind === "live";
    turnTo(isReady ? thread : null);
  });
  timer ||= window.setInterval(() => void look(), RENEW_MS);
  document.addEventListener("visibilitychange", () => (document.hidden ? leave(shown) : void look()));
  addEventListener("pagehide", () => leave(shown));
}
