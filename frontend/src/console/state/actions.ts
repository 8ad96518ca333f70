// What an agent does to a conversation. Each asks the server and says what came of it; the lists follow by events.
import { effect } from "@preact/signals";
import type { Availability, NamedRef } from "../../engine";
import { startHandoff, submitForm } from "../api";
import { words } from "../words";
import type { Row } from "../wire";
import { doToOne, tryOnOne } from "./bulk";
import { busy, whileBusy } from "./busy";
import { command } from "./desk";
import { me, myId, noteAvailability } from "./session";
import type { Thread } from "./thread";
import { showError } from "./toasts";
import { visitorName } from "./visitors";

async function act(row: Row, type: string, data: object = {}): Promise<boolean> {
  if (busy.peek().has(row.id)) return false;
  try {
    await whileBusy([row.id], () => command(type, data, row.id));
    return true;
  } catch (error) {
    showError(error);
    return false;
  }
}

/** A colleague's conversation is taken over by transferring it to oneself: taking it is refused. */
export function take(row: Row): Promise<boolean> {
  const isHeld = row.agent !== null && row.agent.id !== myId.peek();
  return isHeld ? act(row, "conversation.transfer", { agent: myId.peek() }) : act(row, "conversation.take");
}

/** Whoever reopens it means to answer. */
export const reopen = (row: Row): Promise<boolean> => doToOne(row.id, { action: "reopen", agent: myId.peek() });

export const release = (row: Row): Promise<boolean> => doToOne(row.id, { action: "release" }, words.peek().releasedToast);

export const close = (row: Row): Promise<boolean> =>
  doToOne(row.id, { action: "close" }, words.peek().closedToast(visitorName(row.visitor, words.peek())));

/** Closes when the log has the message, which a close that overtakes it would get refused; never when it failed. */
export function closeOnceSent({ row, pending }: Thread, clientId: string): void {
  const done = effect(() => {
    const message = pending.value.find((one) => one.client_id === clientId);
    if (message && !message.failed) return;
    queueMicrotask(() => done()); // it may be over before `done` is known
    const now = row.peek();
    if (!message && now && now.status !== "closed") queueMicrotask(() => void close(now));
  });
}

/** A refusal is thrown: the note that was written for it is still there to be sent with another. */
export function transfer(row: Row, to: { agent: NamedRef } | { queue: NamedRef }, note = ""): Promise<void> {
  const target = "agent" in to ? to.agent : to.queue;
  const doing = "agent" in to ? { action: "assign", agent: target.id } : { action: "transfer", queue: target.id };
  return tryOnOne(row.id, { ...doing, note }, words.peek().transferredToast(target.name));
}

export async function setAvailability(availability: Availability): Promise<void> {
  const agent = me.peek()?.agent;
  if (!agent || agent.availability === availability) return;
  const before = agent.availability;
  noteAvailability(agent.id, availability);
  try {
    await command("availability.set", { availability });
  } catch (error) {
    noteAvailability(agent.id, before);
    showError(error);
  }
}

/** `next`: the page to open there; its inbox otherwise. */
export async function switchBrand(slug: string, next?: string): Promise<void> {
  try {
    const { url, code } = await startHandoff(slug);
    submitForm(url, { code, ...(next && { next }) });
  } catch (error) {
    showError(error);
  }
}
