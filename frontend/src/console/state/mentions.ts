// Notes that name me: how many I have not seen. Looking at the conversation is seeing.
import { signal } from "@preact/signals";
import { markMentionsSeen } from "../api";

export const unseenMentions = signal(0);
/** Conversations that named me since the page was loaded: only these, and those of before, are worth telling of. */
const fresh = new Set<string>();
let areOldOnes = false;

export function startMentions(unseen: number): void {
  unseenMentions.value = unseen;
  areOldOnes = unseen > 0;
}

export function noteMention(conversation: string, unseen: number): void {
  unseenMentions.value = unseen;
  fresh.add(conversation);
}

/** Called when a conversation is in front of one's eyes. */
export async function seeMentions(conversation: string): Promise<void> {
  if (!fresh.delete(conversation) && !(areOldOnes && unseenMentions.peek())) return;
  try {
    unseenMentions.value = (await markMentionsSeen(conversation)).unseen;
    areOldOnes = unseenMentions.peek() > 0;
  } catch {
    fresh.add(conversation); // the next look tells it
  }
}
