// Names in a note that call somebody, made visible. In the text nodes only: the markup is the server's, cleaned there.
import type { LogEvent, MessageData } from "../../engine";
import { me, myId } from "../state/session";

export function markMentions(element: HTMLElement | null, { data }: LogEvent<MessageData>): void {
  if (!element || element.querySelector(".mention")) return;
  const named = (me.peek()?.agents ?? []).filter(({ id }) => data.mentions?.includes(id));
  for (const { id, name } of named.sort((one, other) => other.name.length - one.name.length)) {
    for (const node of textNodes(element)) wrapAll(node, `@${name}`, id === myId.peek());
  }
}

function textNodes(root: HTMLElement): Text[] {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found: Text[] = [];
  while (walker.nextNode()) {
    const node = walker.currentNode as Text;
    if (!node.parentElement?.closest(".mention")) found.push(node);
  }
  return found;
}

function wrapAll(node: Text, called: string, isMe: boolean): void {
  const at = node.data.toLowerCase().indexOf(called.toLowerCase());
  if (at < 0) return;
  const name = node.splitText(at);
  const rest = name.splitText(called.length);
  const mark = document.createElement("span");
  mark.className = isMe ? "mention is-me" : "mention";
  name.replaceWith(mark);
  mark.append(name);
  wrapAll(rest, called, isMe);
}
