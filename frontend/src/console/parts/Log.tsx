// The log of a conversation. The scroller runs from its end (column-reverse), so that older messages grow above
// without moving what one reads, and new ones keep the end in sight without a line of code.
import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { ArrowDownIcon, RefreshIcon } from "../../design/icons";
import type { Author } from "../../engine";
import { now } from "../state/clock";
import { markRead } from "../state/desk";
import { layoutLog, type Block } from "../state/log";
import { seeMentions, unseenMentions } from "../state/mentions";
import { me } from "../state/session";
import type { Thread } from "../state/thread";
import { visitorName } from "../state/visitors";
import { locale, words } from "../words";
import { dayLabel } from "../words/times";
import type { Row } from "../wire";
import { Run } from "./Run";
import { SystemLine } from "./SystemLine";
import { TypingPreview } from "./TypingPreview";

const AT_END_PX = 60;
const LOAD_OLDER_PX = 900;

export function Log({ thread }: { thread: Thread }) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const isAtEnd = useSignal(true);
  const unseen = useSignal(0);
  const blocks = useBlocks(thread);
  const row = thread.row.value;

  useStayWhileReading(thread, { scroller, content, isAtEnd: () => isAtEnd.peek() });
  useReading(thread, isAtEnd.value, unseen);

  const onScroll = (): void => {
    const element = scroller.current!;
    isAtEnd.value = element.scrollTop > -AT_END_PX;
    const above = element.scrollHeight - element.clientHeight + element.scrollTop;
    if (above < LOAD_OLDER_PX) void thread.loadOlder();
  };
  const jump = (): void => {
    const element = scroller.current!;
    const isFar = -element.scrollTop > 3 * element.clientHeight;
    element.scrollTo({ top: 0, behavior: isFar ? "instant" : "smooth" });
  };

  return (
    <div class="log-frame">
      <div class="log" ref={scroller} onScroll={onScroll} tabIndex={0} role="log" aria-label={words.value.log}>
        <div class="log-content" ref={content}>
          <LogStart thread={thread} />
          {blocks.map((block) => (
            <BlockView key={block.key} block={block} thread={thread} row={row} />
          ))}
          <TypingPreview thread={thread} />
        </div>
      </div>
      {!isAtEnd.value && (
        <button type="button" class="jump" onClick={jump}>
          <ArrowDownIcon />
          {words.value.jumpToNew(unseen.value)}
        </button>
      )}
    </div>
  );
}

function useBlocks(thread: Thread): Block[] {
  return useComputed(() => {
    const { agent } = me.value!;
    const author: Author = { kind: "agent", id: agent.id, name: agent.name };
    const { events, pending, newAfter } = thread;
    return layoutLog({ events: events.value, pending: pending.value, newAfter: newAfter.value, me: author });
  }).value;
}

interface Frame {
  scroller: { current: HTMLDivElement | null };
  content: { current: HTMLDivElement | null };
  isAtEnd: () => boolean;
}

/** Reading further up: what arrives at the end must not push the lines away under one's eyes. */
function useStayWhileReading(thread: Thread, frame: Frame): void {
  const last = useRef({ height: 0, firstSeq: 0 });
  const events = thread.events.value;
  const { length: pending } = thread.pending.value;
  const isTyping = thread.typing.value !== null;
  useLayoutEffect(() => {
    const height = frame.content.current!.offsetHeight;
    const firstSeq = events[0]?.seq ?? 0;
    const grewBelow = firstSeq === last.current.firstSeq ? height - last.current.height : 0;
    if (!frame.isAtEnd() && grewBelow !== 0) frame.scroller.current!.scrollTop -= grewBelow;
    last.current = { height, firstSeq };
  }, [events, pending, isTyping]);
}

/** Looking at the end of a visible window is reading. Leaving the window sets the "New" line anew. */
function useReading(thread: Thread, isAtEnd: boolean, unseen: { value: number; peek(): number }): void {
  const top = thread.events.value.at(-1)?.seq ?? 0;
  const known = useRef(top);
  const isMine = thread.row.value?.agent?.id;
  useEffect(() => {
    const look = (): void => {
      if (document.hidden || !document.hasFocus()) return;
      void seeMentions(thread.id);
      if (isAtEnd) markRead(thread);
    };
    look();
    addEventListener("focus", look);
    return () => removeEventListener("focus", look);
  }, [thread, isAtEnd, top, isMine, unseenMentions.value]);
  useEffect(() => {
    unseen.value = isAtEnd ? 0 : unseen.peek() + Math.max(top - known.current, 0);
    known.current = top;
  }, [isAtEnd, top]);
}

function LogStart({ thread }: { thread: Thread }) {
  const say = words.value;
  const older = thread.older.value;
  if (older === "failed") {
    return (
      <div class="log-start" role="alert">
        {say.olderFailed}
        <button type="button" class="button button-quiet" onClick={() => void thread.loadOlder()}>
          <RefreshIcon />
          {say.retry}
        </button>
      </div>
    );
  }
  if (!thread.hasMore.value) return null;
  return <div class="log-start">{older === "loading" ? say.loadingOlder : " "}</div>;
}

function BlockView({ block, thread, row }: { block: Block; thread: Thread; row: Row | null }) {
  switch (block.kind) {
    case "day":
      return (
        <div class="day" role="separator">
          <span>{dayLabel(block.ts, now.value, locale.value)}</span>
        </div>
      );
    case "new":
      return (
        <div class="new-line" role="separator">
          <span>{words.value.newMessages}</span>
        </div>
      );
    case "line":
      return <SystemLine event={block.event} />;
    case "run":
      return (
        <Run
          {...block}
          thread={thread}
          readSeq={row?.visitor_read_seq ?? 0}
          visitor={row ? visitorName(row.visitor, words.value) : ""}
          locale={locale.value}
        />
      );
  }
}
