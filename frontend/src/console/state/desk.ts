// The live connection of the console: starts the engine, hands its events to inbox and threads, keeps the
// last visited conversations followed so that going back to one costs nothing.
import { computed, effect, signal, untracked } from "@preact/signals";
import { Engine, StoredOutbox, isLogEvent, newId } from "../../engine";
import type { Author, Availability, ConnectionState, FileView, LogEvent, ServerEvent } from "../../engine";
import { pollAgent } from "../api";
import type { PageSeen, Row, Viewer } from "../wire";
import { nudgeBoard, showAvailability } from "./board";
import { words } from "../words";
import { answeredMeanwhile } from "./collision";
import { noteServerTime } from "./clock";
import { refreshDrafts } from "./drafts";
import { doubtMentions, noteMention } from "./mentions";
import { ring } from "./notify";
import { freshen } from "./freshen";
import { changeRow, forgetRow, noteOnline, receiveRow, refreshInbox, refreshView } from "./inbox";
import { notePageViewed, noteVisitorUpdated } from "./profile";
import { route } from "./route";
import { holdRows } from "./rows";
import { goToSignIn, me, myId, noteAvailability } from "./session";
import { Thread } from "./thread";
import { showToast } from "./toasts";

const KEPT_THREADS = 12;

export const connection = signal<ConnectionState>({ kind: "connecting" });
export const isOnSocket = computed(() => connection.value.kind === "live" && connection.value.rung === 0);
export const wasEverLive = signal(false);

let engine: Engine | null = null;
let outbox: StoredOutbox | null = null;
const threads = new Map<string, Thread>(); // the most recently visited last

export const currentThread = signal<Thread | null>(null);

holdRows(() => threads.keys());

function threadOf(id: string): Thread {
  const known = threads.get(id);
  const thread = known ?? new Thread(id);
  threads.delete(id);
  threads.set(id, thread);
  if (!known) {
    void openThread(thread);
    forgetOldThreads();
  }
  return thread;
}

export async function openThread(thread: Thread): Promise<void> {
  void showUnsent(thread);
  try {
    engine?.follow(thread.id, await thread.reload());
  } catch {
    // thread.load says what happened, and offers to try again.
  }
}

async function showUnsent(thread: Thread): Promise<void> {
  for (const entry of (await outbox?.load()) ?? []) {
    if (entry.conversation === thread.id) thread.addPending(entry);
  }
}

function forgetOldThreads(): void {
  for (const id of threads.keys()) {
    if (threads.size <= KEPT_THREADS) return;
    threads.delete(id);
    engine?.unfollow(id);
    engine?.hint("conversation.unwatch", {}, id);
  }
}

function receive(frame: ServerEvent): void {
  if (isLogEvent(frame)) {
    const thread = threads.get(frame.conversation);
    thread?.receive(frame as LogEvent);
    if (thread) noteCrossing(thread, frame as LogEvent);
  }
  else hintHandlers[frame.type]?.(frame.data, frame.conversation);
}

/** Where the log stood when a message was sent: what came in between was not seen by its writer. */
const sentAfter = new Map<string, number>();

/** Two answers at the same moment: nobody could have asked, so at least it is said. */
function noteCrossing(thread: Thread, event: LogEvent): void {
  const seen = sentAfter.get(event.data.client_id as string);
  if (seen === undefined || event.type !== "message.created") return;
  sentAfter.delete(event.data.client_id as string);
  const between = thread.events.peek().filter((one) => one.seq < event.seq);
  const other = answeredMeanwhile(between, seen, myId.peek());
  if (other) showToast({ kind: "error", text: words.peek().answersCrossed(other.data.author.name) });
}

type HintHandler = (data: any, conversation: string | undefined) => void;

const hintHandlers: Record<string, HintHandler> = {
  "conversation.updated": ({ rows, gone }: { rows: Row[]; gone?: string[] }) => {
    nudgeBoard();
    for (const row of rows) {
      receiveRow(row);
      threads.get(row.id)?.noteVisitor(row.visitor);
    }
    for (const id of gone ?? []) {
      forgetRow(id);
      if (threads.has(id)) lose(id);
    }
  },
  "conversation.read": (data: { by: "visitor" | "agent"; seq: number }, conversation) => {
    if (conversation) threads.get(conversation)?.noteRead(data.by, data.seq);
  },
  "typing.started": (data: { author: Author; text?: string }, conversation) => {
    if (conversation && data.author.id !== myId.peek()) {
      threads.get(conversation)?.showTyping({ author: data.author, text: data.text ?? "" });
    }
  },
  "typing.stopped": (data: { author: Author }, conversation) => {
    const thread = conversation ? threads.get(conversation) : undefined;
    if (thread?.typing.peek()?.author.id === data.author.id) thread.showTyping(null);
  },
  "conversation.viewers": ({ viewers }: { viewers: Viewer[] }, conversation) => {
    const thread = conversation ? threads.get(conversation) : undefined;
    if (thread) thread.viewers.value = viewers;
  },
  "agent.mentioned": ({ by, text, unseen }: { by: string; text: string; unseen: number }, conversation) => {
    if (!conversation) return;
    noteMention(conversation, unseen);
    refreshView("mentions");
    ring({ event: "mention", conversation, title: words.peek().mentionedBy(by), text });
  },
  "agent.availability_changed": (data: { agent: { id: string }; availability: Availability }) => {
    noteAvailability(data.agent.id, data.availability);
    showAvailability(data.agent.id, data.availability);
  },
  "visitor.updated": (data: { visitor: string; merged_into?: string }) => noteVisitorUpdated(data, threads.values()),
  "visitor.page_viewed": (data: { visitor: string; page: PageSeen }) => notePageViewed(data, threads.values()),
  "presence.changed": ({ changes }: { changes: { visitor?: string; online: boolean }[] }) => {
    for (const { visitor, online } of changes) if (visitor) noteOnline(visitor, online);
  },
};

/** It does not exist for us (any more). */
function lose(id: string): void {
  engine?.unfollow(id);
  const thread = threads.get(id);
  if (thread) thread.load.value = "missing";
}

async function snapshotOf(id: string): Promise<number> {
  return threadOf(id).reload();
}

/** What hints tell of may have changed before the topics were joined, or while the server's bus was away. */
function refresh(): void {
  refreshDrafts();
  refreshInbox();
  doubtMentions();
  nudgeBoard();
}

function closedForGood(code: number): void {
  if (code === 4401) goToSignIn();
}

export function startDesk(): void {
  const { epoch, agent, brand } = me.peek()!;
  outbox = new StoredOutbox(`agent:${brand.slug}:${agent.id}`);
  engine = new Engine({
    kind: "agent",
    http: pollAgent,
    outbox,
    epoch,
    onEvent: receive,
    onState: (state) => (connection.value = state),
    onSnapshotNeeded: snapshotOf,
    onEpoch: () => location.reload(),
    onFatal: closedForGood,
    onHello: (hello) => {
      noteServerTime(hello.server_time);
      refresh();
      if (wasEverLive.peek()) freshen();
      wasEverLive.value = true;
    },
    onReturn: refresh,
    onJoined: (id) => {
      const thread = threads.get(id);
      if (thread) thread.joined.value++;
    },
    onSendFailed: (entry, error) => threads.get(entry.conversation ?? "")?.failPending(entry.client_id, error.code),
    onLost: lose,
  });
  engine.start();
  effect(() => {
    const id = route.value.conversation;
    untracked(() => (currentThread.value = id ? threadOf(id) : null));
  });
}

export const reconnectNow = (): void => engine?.retryNow();

/** One command, answered or refused (FrameError). The answer's row is shown at once, its event may come later. */
export async function command(type: string, data: object, conversation?: string): Promise<Record<string, any>> {
  const answer = await engine?.request(type, data, conversation);
  const row = answer?.data.conversation as Row | undefined;
  if (row?.visitor) receiveRow(row, "now");
  return answer?.data ?? {};
}

export const hint = (type: string, data: object, conversation: string): void =>
  engine?.hint(type, data, conversation);

export interface Written {
  isNote: boolean;
  text: string;
  files: readonly FileView[];
  /** Of a note: ids of the agents that it names. */
  mentions?: readonly string[];
}

/** Shown at once; sent now or when the connection is back. Answers the client_id that it goes under. */
export function send(thread: Thread, { isNote, text, files, mentions = [] }: Written): string {
  const kind = files.length ? "file" : "text";
  const client_id = newId();
  const carried = files.length > 0 && { file_ids: files.map((file) => file.id), files: [...files] };
  const entry = engine?.sendMessage(
    { client_id, kind, ...(text && { text }), ...carried, ...(mentions.length && { mentions: [...mentions] }) },
    thread.id,
    isNote ? "note.create" : "message.create",
  );
  if (entry) thread.addPending(entry);
  if (!isNote) sentAfter.set(client_id, thread.top);
  return client_id;
}

export async function sendAgain(thread: Thread, clientId: string): Promise<void> {
  const entry = (await outbox?.load())?.find((one) => one.client_id === clientId);
  if (!entry || !engine) return;
  const { type, conversation: _here, created_ts, failed: _failed, ...draft } = entry;
  thread.addPending(engine.sendMessage(draft, thread.id, type, created_ts));
}

export function discard(thread: Thread, clientId: string): void {
  engine?.discard(clientId);
  thread.dropPending(clientId);
}

/** Tells the others how far this agent has read. Only the agent who has the conversation reads for the team. */
export function markRead(thread: Thread): void {
  const row = thread.row.peek();
  if (!row || row.agent?.id !== myId.peek() || (row.agent_read_seq >= thread.top && !row.unread)) return;
  const seq = thread.top;
  changeRow(thread.id, (current) => ({ ...current, agent_read_seq: seq, unread: 0 }));
  hint("conversation.read", { seq }, thread.id);
}
