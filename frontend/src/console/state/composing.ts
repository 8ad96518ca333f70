// What the composer asks before it sends, and since when somebody has been writing.
import { signal } from "@preact/signals";
import { words } from "../words";
import { answeredMeanwhile, seqAt } from "./collision";
import { mentionsIn, openVariables, otherBrandIn } from "./completion";
import { send, type Written } from "./desk";
import { draftTime } from "./drafts";
import { me, myId } from "./session";
import type { Thread } from "./thread";

interface Doubt {
  text: string;
  /** The words that it is about. */
  quote?: string;
}

interface SendQuestion {
  doubts: readonly Doubt[];
  onSend: () => void;
  onBack: () => void;
}

export const sendQuestion = signal<SendQuestion | null>(null);

/** Where each log stood when the writing began. */
const begun = new Map<string, number>();

export function noteBegun(thread: Thread, text: string): void {
  if (!text.trim()) begun.delete(thread.id);
  else if (!begun.has(thread.id) && thread.load.peek() === "ready") begun.set(thread.id, begunSeq(thread));
}

/** A draft that was begun before the page was loaded says when. */
function begunSeq(thread: Thread): number {
  const at = draftTime(thread.id, "reply");
  const events = thread.events.peek();
  return begun.get(thread.id) ?? (at ? Math.min(seqAt(events, at), thread.top) : thread.top);
}

const noteSeen = (thread: Thread): void => void begun.set(thread.id, thread.top);

/** Reasons not to send just yet. A note goes to nobody outside. */
function doubtsOf(thread: Thread, { isNote, text }: Written): Doubt[] {
  if (isNote) return [];
  const say = words.peek();
  const { brand, brands } = me.peek()!;
  const doubts: Doubt[] = [];
  const answer = answeredMeanwhile(thread.events.peek(), begunSeq(thread), myId.peek());
  if (answer) doubts.push({ text: say.answeredMeanwhile(answer.data.author.name || say.bot), quote: answer.data.text });
  const other = otherBrandIn(text, brand.name, brands.map((one) => one.name));
  if (other) doubts.push({ text: say.namesOtherBrand(other, brand.name) });
  const open = openVariables(text);
  if (open.length) doubts.push({ text: say.variablesLeft, quote: open.join("  ") });
  return doubts;
}

/** Sends, or asks first; `onSent` runs when it went. */
export function sendCarefully(thread: Thread, written: Written, onSent: (clientId: string) => void): void {
  const go = (): void => {
    const mentions = written.isNote ? mentionsIn(written.text, me.peek()!.agents).map((one) => one.id) : [];
    const clientId = send(thread, { ...written, mentions });
    begun.delete(thread.id);
    onSent(clientId);
  };
  const doubts = doubtsOf(thread, written);
  if (!doubts.length) return go();
  sendQuestion.value = { doubts, onSend: go, onBack: () => noteSeen(thread) };
}
