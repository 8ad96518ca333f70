// The live board: one snapshot, asked for again when the desk hears that something changed. Bursts are one question,
// and there is at least a pause between two; nobody asks while nobody looks.
import { effect, signal } from "@preact/signals";
import type { Availability, NamedRef } from "../../engine";
import { fetchBoard, reassign, type BoardSnapshot, type BoardTalk } from "../api_board";
import { words } from "../words";
import { route } from "./route";
import { isSupervisor, myId } from "./session";
import { showError, showToast } from "./toasts";

const SETTLE_MS = 600;
const PAUSE_MS = 2_500;
/** Hours open and close, and a day ends, without a frame. */
const AT_LEAST_EVERY_MS = 60_000;

export const board = signal<BoardSnapshot | null>(null);
export const hasBoardFailed = signal(false);
export const picked = signal<ReadonlySet<string>>(new Set());
/** Only conversations of this queue or agent are listed; null: all. */
export const narrowed = signal<string | null>(null);

let askedAt = 0;
let timer = 0;
let isAsking = false;

const isShown = (): boolean => route.peek().page === "board" && isSupervisor.peek() && !document.hidden;

export function nudgeBoard(): void {
  if (!isShown() || timer) return;
  timer = window.setTimeout(() => void loadBoard(), Math.max(SETTLE_MS, askedAt + PAUSE_MS - Date.now()));
}

export async function loadBoard(): Promise<void> {
  clearTimeout(timer);
  timer = 0;
  if (isAsking) return nudgeBoard();
  isAsking = true;
  askedAt = Date.now();
  try {
    const found = await fetchBoard(Intl.DateTimeFormat().resolvedOptions().timeZone);
    board.value = found;
    hasBoardFailed.value = false;
    const there = new Set(found.conversations.map((one) => one.id));
    picked.value = new Set([...picked.peek()].filter((id) => there.has(id)));
  } catch {
    // What is on screen stays; the next frame asks again.
    hasBoardFailed.value = board.peek() === null;
  } finally {
    isAsking = false;
  }
}

/** At once: who goes away is news that nobody should wait for. */
export function showAvailability(agent: string, availability: Availability): void {
  const known = board.peek();
  if (!known) return;
  const agents = known.agents.map((one) => (one.id === agent ? { ...one, availability, since_ts: Date.now() } : one));
  board.value = { ...known, agents };
  nudgeBoard();
}

/** Follows the page: loads when it is opened, and now and then while it is looked at. */
export function followBoard(): () => void {
  const stop = effect(() => {
    if (route.value.page === "board" && isSupervisor.value) void loadBoard();
  });
  const every = window.setInterval(() => isShown() && void loadBoard(), AT_LEAST_EVERY_MS);
  document.addEventListener("visibilitychange", nudgeBoard);
  return () => {
    stop();
    clearInterval(every);
    document.removeEventListener("visibilitychange", nudgeBoard);
  };
}

export function pick(id: string, isPicked: boolean): void {
  const next = new Set(picked.peek());
  if (isPicked) next.add(id);
  else next.delete(id);
  picked.value = next;
}

export const pickAll = (ids: readonly string[], arePicked: boolean): void => {
  picked.value = new Set(arePicked ? ids : []);
};

export const listed = (known: BoardSnapshot, only: string | null): BoardTalk[] =>
  only ? known.conversations.filter((one) => one.queue?.id === only || one.agent?.id === only) : known.conversations;

export type Target = { agent: NamedRef } | { queue: NamedRef };

/** Moves them and says how many; undoing gives each back to whoever had it. */
export async function move(ids: readonly string[], target: Target): Promise<void> {
  const to = "agent" in target ? { agent: target.agent.id } : { queue: target.queue.id };
  const name = "agent" in target ? target.agent.name : target.queue.name;
  try {
    const { results } = await reassign(ids, to);
    const moved = results.filter((one) => !one.code);
    const isMine = "agent" in to && to.agent === myId.peek();
    if (moved.length) {
      const text = isMine ? words.peek().boardTaken(moved.length) : words.peek().boardMoved(moved.length, name);
      const back = moved.filter((one) => one.before);
      const undo = { label: words.peek().undo, run: () => void giveBack(back) };
      showToast({ kind: "done", text, ...(back.length && { action: undo }) });
    }
    if (moved.length < results.length) {
      showToast({ kind: "error", text: words.peek().boardNotMoved(results.length - moved.length) });
    }
    picked.value = new Set();
  } catch (error) {
    showError(error);
  }
  void loadBoard();
}

async function giveBack(moved: readonly { conversation: string; before?: string | null }[]): Promise<void> {
  const byAgent = new Map<string, string[]>();
  for (const { conversation, before } of moved) byAgent.set(before!, [...(byAgent.get(before!) ?? []), conversation]);
  try {
    for (const [agent, ids] of byAgent) await reassign(ids, { agent });
  } catch (error) {
    showError(error);
  }
  void loadBoard();
}
