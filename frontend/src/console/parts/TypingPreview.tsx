import type { Thread } from "../state/thread";
import { visitorName } from "../state/visitors";
import { words } from "../words";

/** Who writes, and for a visitor also what, before it is sent. Not announced: it changes with every letter. */
export function TypingPreview({ thread }: { thread: Thread }) {
  const typing = thread.typing.value;
  if (!typing) return null;
  const say = words.value;
  const { author, text } = typing;
  const name = author.kind === "visitor" ? visitorName({ id: author.id ?? "", name: author.name }, say) : author.name;
  return (
    <div class={`typing${author.kind === "visitor" ? "" : " is-ours"}`} aria-live="off">
      <span class="typing-dots" aria-hidden="true"><i /><i /><i /></span>
      {text ? <span class="typing-text" dir="auto">{text}</span> : <span>{say.typing(name)}</span>}
    </div>
  );
}
