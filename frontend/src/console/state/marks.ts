// What is put on conversations, one or many: each asks the server once and offers the way back.
import { locale, words } from "../words";
import { fullTime } from "../words/times";
import type { Tag } from "../wire";
import { doToAll } from "./bulk";
import { go, route } from "./route";

type Ids = readonly string[];

export const closeAll = (ids: Ids): Promise<boolean> => doToAll(ids, { action: "close" }, words.peek().didClose);

export const assign = (ids: Ids, agent: { id: string; name: string }): Promise<boolean> =>
  doToAll(ids, { action: "assign", agent: agent.id }, (n) => words.peek().didAssign(n, agent.name));

export const moveToQueue = (ids: Ids, queue: { id: string; name: string }): Promise<boolean> =>
  doToAll(ids, { action: "transfer", queue: queue.id }, (n) => words.peek().didTransfer(n, queue.name));

export const putTag = (ids: Ids, tag: Tag): Promise<boolean> =>
  doToAll(ids, { action: "tag", add: [tag.id] }, (n) => words.peek().didTag(n, tag.name));

export const takeTag = (ids: Ids, tag: Tag): Promise<boolean> =>
  doToAll(ids, { action: "tag", remove: [tag.id] }, (n) => words.peek().didUntag(n, tag.name));

export const snooze = (ids: Ids, until: number): Promise<boolean> =>
  doToAll(ids, { action: "snooze", until_ts: until }, (n) => words.peek().didSnooze(n, fullTime(until, locale.peek())));

export const wake = (ids: Ids): Promise<boolean> => doToAll(ids, { action: "wake" }, words.peek().didWake);

export const prioritise = (ids: Ids, priority: number): Promise<boolean> =>
  doToAll(ids, { action: "priority", priority }, (n) => words.peek().didPriority(n, words.peek().priorities[priority] ?? ""));

export const markRead = (ids: Ids): Promise<boolean> => doToAll(ids, { action: "read" }, words.peek().didRead);

/** The open one is left: looking at it would read it at once. */
export async function markUnread(ids: Ids): Promise<boolean> {
  const { conversation } = route.peek();
  if (conversation && ids.includes(conversation)) go({ conversation: null });
  return doToAll(ids, { action: "unread" }, words.peek().didUnread);
}
