// Notes that name me: how many I have not seen, which every list's answer says. Looking at the conversation is seeing.
import { computed } from "@preact/signals";
import { markMentionsSeen } from "../api";
import { counts, takeMentions, toldSoFar } from "./tally";

export const unseenMentions = computed(() => counts.value.mentions);

/** Conversations that were looked at since the unseen ones were last told of: those are elsewhere. */
const looked = new Set<string>();
unseenMentions.subscribe(() => looked.clear());

/** After a new connection there may be others, though as many. */
export const doubtMentions = (): void => looked.clear();

export function noteMention(conversation: string, unseen: number): void {
  looked.delete(conversation);
  takeMentions(unseen);
}

/** Called when a conversation is in front of one's eyes. */
export async function seeMentions(conversation: string): Promise<void> {
  if (!unseenMentions.peek() || looked.has(conversation)) return;
  looked.add(conversation);
  const since = toldSoFar();
  try {
    takeMentions((await markMentionsSeen(conversation)).unseen, since);
    looked.add(conversation);
  } catch {
    looked.delete(conversation); // the next look tells it
  }
}
