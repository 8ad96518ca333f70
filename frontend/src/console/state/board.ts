// The live board: one snapshot, asked for again when the desk hears that something changed. Bursts are one question,
// and there is at least a pause between two; nobody asks while nobody looks.
import { effect, signal } from "@preact/signals";
import type { Availability, NamedRef } from "../../engine";
import { fetchBoard, type BoardSnapshot, type BoardTalk } from "../api_board";
import { words } from "../words";
import { doToAll } from "./bulk";
import { serverNow } from "./clock";
import { route } from "./route";
import { isSupervisor, myId } from "./session";

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
  const agents = known.agents.map((one) => (one.id === agent ? { ...one, availability, since_ts: serverNow() } : one));
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

type Target = { agent: NamedRef } | { queue: NamedRef };

/** Moves them as the inbox does; undoing puts each back where it stood. */
export async function move(ids: readonly string[], target: Target): Promise<void> {
  const { boardTaken, boardMoved } = words.peek();
  const isMoved = "agent" in target
    ? await doToAll(ids, { action: "assign", agent: target.agent.id }, (n) => (target.agent.id === myId.peek() ? boardTaken(n) : boardMoved(n, target.agent.name)))
    : await doToAll(ids, { action: "transfer", queue: target.queue.id }, (n) => boardMoved(n, target.queue.name));
  if (isMoved) picked.value = new Set();
  void loadBoard();
}
