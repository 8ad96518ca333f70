import type { ConversationView, LogEvent, NamedRef } from "../engine";

/** What an event of the log changes in the visitor's view of the conversation. */
export function changeConversation(view: ConversationView | null, { type, conversation, seq, data }: LogEvent): ConversationView | null {
  if (view?.id !== conversation) return view;
  const next = { ...view, top: seq };
  if (type === "conversation.closed") return { ...next, status: "closed" };
  if (type === "conversation.left_message") return { ...next, left_message: true };
  const agents: Record<string, NamedRef | null> = {
    "conversation.assigned": data.agent,
    "conversation.transferred": data.to?.agent,
    "conversation.released": null,
    "conversation.reopened": view.agent,
  };
  if (!(type in agents)) return next;
  const agent = agents[type] ?? null;
  return { ...next, agent, status: agent ? "assigned" : "waiting" };
}
