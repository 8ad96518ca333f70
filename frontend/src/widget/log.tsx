import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { fill } from "../i18n";
import { Avatar, BrandMark } from "./avatar";
import type { Chat } from "./chat";
import { dayOf } from "./days";
import { Icon, Tool } from "./icons";
import { Message } from "./message";
import type { MessageHandlers } from "./message";
import { Pure } from "./pure";
import * as paths from "./paths";
import { whenSeen } from "./seen";
import * as T from "./texts";
import { layOut } from "./timeline";
import type { Item } from "./timeline";

const NEAR_BOTTOM = 60;

export function Log({ chat }: { chat: Chat }) {
  const scroller = useRef<HTMLDivElement>(null);
  const top = useRef<HTMLDivElement>(null);
  const picture = useSignal<{ url: string; name: string } | null>(null);
  const items = useComputed(() =>
    layOut(chat.shown.value, chat.conversation.value?.id ?? null, chat.newAfter.value),
  );
  const handlers = useMemo<MessageHandlers>(
    () => ({
      token: () => chat.token,
      retry: (entry) => chat.resend(entry),
      discard: (key) => chat.discard(key),
      show: (url, name) => (picture.value = { url, name }),
    }),
    [chat],
  );
  const { hasOlder, isLoading, hasFailed } = chat.history;
  const isWriting = chat.typing.writers.value.size > 0;
  useScrolling(chat, scroller, items.value, [items.value, isWriting, hasOlder.value, isLoading.value, chat.session.value]);
  useOlder(chat, scroller, top);
  return (
    <>
      <div class="scroller" ref={scroller} tabIndex={0} role="log" aria-label={T.log} aria-live="polite" aria-busy={isLoading.value}>
        <div class="older" ref={top}>
          {isLoading.value && <span class="pulse" />}
          {hasFailed.value && (
            <p>
              {T.olderFailed}{" "}
              <button class="link" onClick={() => void chat.history.loadOlder()}>
                {T.retry}
              </button>
            </p>
          )}
        </div>
        {!hasOlder.value && <Greeting chat={chat} />}
        <Rows
          items={items.value}
          current={chat.conversation.value?.id}
          readSeq={chat.agentReadSeq.value}
          handlers={handlers}
        />
        {isWriting && <Writers names={[...chat.typing.writers.value.values()]} />}
      </div>
      <div class="below">
        <Jump chat={chat} scroller={scroller} />
      </div>
      {picture.value && <Lightbox chat={chat} {...picture.value} onClose={() => (picture.value = null)} />}
    </>
  );
}

interface RowsProps {
  items: Item[];
  current: string | undefined;
  /** Up to here somebody of theirs has read. */
  readSeq: number;
  handlers: MessageHandlers;
}

/** A keystroke in the composer must not look at two thousand rows. */
class Rows extends Pure<RowsProps> {
  render() {
    return this.props.items.map((item) => <Row key={item.key} {...this.props} item={item} />);
  }
}

function Row({ item, current, readSeq, handlers }: RowsProps & { item: Item }) {
  switch (item.type) {
    case "day":
      return <p class="divider day">{dayOf(item.ts)}</p>;
    case "start":
      return <p class="divider">{T.newConversation}</p>;
    case "new":
      return <p class="divider new">{T.newMessages}</p>;
    case "notice":
      return <p class="notice">{item.entry.text}</p>;
    case "message": {
      const { entry, isFirst, isLast } = item;
      const isRead = entry.seq !== null && (entry.conversation !== current || entry.seq <= readSeq);
      return (
        <Message
          entry={entry}
          isFirst={isFirst}
          isLast={isLast}
          isRead={entry.isMine && isRead}
          handlers={handlers}
        />
      );
    }
  }
}

function Greeting({ chat }: { chat: Chat }) {
  const session = chat.session.value;
  const { brand } = chat.config;
  const own = session?.widget.greeting[T.locale.toLowerCase()];
  const agents = session?.agents ?? [];
  return (
    <div class="greeting">
      <div class="faces">
        {agents.length ? agents.map((one) => <Avatar key={one.name} name={one.name} />) : <BrandMark name={brand.name} />}
      </div>
      <h2>{own || T.hello}</h2>
      <p>{chat.desk.opens.value || (session?.available ? T.helloOnline : T.helloAway)}</p>
    </div>
  );
}

function Writers({ names }: { names: string[] }) {
  return (
    <div class="message theirs last writing">
      <Avatar name={names[0] ?? ""} />
      <div class="bubble dots" role="img" aria-label={fill(T.typing, { name: names.join(", ") })}>
        <i />
        <i />
        <i />
      </div>
    </div>
  );
}

function Jump({ chat, scroller }: { chat: Chat; scroller: { current: HTMLElement | null } }) {
  if (chat.isAtBottom.value || chat.phase.value !== "ready") return null;
  const n = chat.unreadCount.value;
  const jump = () => scroller.current?.scrollTo({ top: scroller.current.scrollHeight, behavior: "smooth" });
  return (
    <button class={n ? "jump new" : "jump"} aria-label={n ? fill(T.jumpNew, { n }) : T.jump} onClick={jump}>
      {n > 0 && <span>{fill(T.jumpNew, { n })}</span>}
      <Icon path={paths.down} size={18} />
    </button>
  );
}

function Lightbox({ chat, url, name, onClose }: { chat: Chat; url: string; name: string; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    chat.host.send({ type: "expand", isOn: true });
    return () => chat.host.send({ type: "expand", isOn: false });
  }, []);
  return (
    <dialog
      class="lightbox"
      ref={dialog}
      aria-label={fill(T.image, { name })}
      onClose={onClose}
      onKeyDown={(event) => event.stopPropagation()}
      onClick={(event) => !(event.target as Element).closest("img, a") && dialog.current?.close()}
    >
      <img src={url} alt={name} />
      <a class="tool" href={url} download={name} aria-label={T.download} title={T.download}>
        <Icon path={paths.save} />
      </a>
      <Tool icon={paths.close} label={T.closeImage} />
    </dialog>
  );
}

/** Keeps the newest in sight for those who are there, and everybody else's place where it is. */
function useScrolling(chat: Chat, scroller: { current: HTMLElement | null }, items: Item[], causes: unknown[]): void {
  const before = useRef({ first: "", height: 0, top: 0 });
  useLayoutEffect(() => {
    const element = scroller.current!;
    const first = items.find((item) => item.type === "message" || item.type === "notice")?.key ?? "";
    const known = before.current;
    const wasPrepended = known.first !== "" && first !== known.first && items.some((item) => item.key === known.first);
    if (wasPrepended) element.scrollTop = known.top + element.scrollHeight - known.height;
    else if (chat.isAtBottom.peek()) element.scrollTop = element.scrollHeight;
    before.current = { first, height: element.scrollHeight, top: element.scrollTop };
  }, causes);
  useEffect(() => {
    const element = scroller.current!;
    let height = 0;
    const measure = () => {
      // Scrolled by a change of size and not by a person: the observer below sees to it.
      if (height !== (height = element.clientHeight)) return;
      before.current.top = element.scrollTop;
      before.current.height = element.scrollHeight;
      chat.isAtBottom.value = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_BOTTOM;
    };
    // The keyboard or a growing composer takes room: who was at the end stays there.
    const resized = new ResizeObserver(() => {
      if (chat.isAtBottom.peek()) element.scrollTop = element.scrollHeight;
    });
    element.addEventListener("scroll", measure, { passive: true });
    resized.observe(element);
    return () => {
      element.removeEventListener("scroll", measure);
      resized.disconnect();
    };
  }, []);
  useSignalEffect(() => {
    if (chat.isOpen.value && chat.isAtBottom.peek()) queueMicrotask(() => (scroller.current!.scrollTop = scroller.current!.scrollHeight));
  });
}

function useOlder(chat: Chat, scroller: { current: HTMLElement | null }, top: { current: HTMLElement | null }): void {
  // Observed anew after every page: a log shorter than the panel goes on loading.
  const { hasOlder, isLoading, hasFailed } = chat.history;
  useEffect(() => {
    if (!hasOlder.value || isLoading.value || hasFailed.value || !chat.isOpen.value) return;
    return whenSeen(top.current!, () => void chat.history.loadOlder(), { root: scroller.current, rootMargin: "200px 0px 0px" });
  }, [hasOlder.value, isLoading.value, hasFailed.value, chat.isOpen.value]);
}
