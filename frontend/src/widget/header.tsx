import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { fill } from "../i18n";
import { Avatar, BrandMark } from "./avatar";
import type { Chat } from "./chat";
import { Icon, Tool } from "./icons";
import { useLeaving } from "./leaving";
import * as paths from "./paths";
import * as T from "./texts";
import { usually } from "./usually";

export function Header({ chat }: { chat: Chat }) {
  const { brand } = chat.config;
  const agent = chat.desk.isGoingOn.value && chat.conversation.value!.agent;
  const session = chat.session.value;
  const isHere = Boolean(agent) || (session?.available && !chat.desk.opens.value);
  return (
    <header class="header">
      {agent ? <Avatar name={agent.name} /> : <BrandMark name={brand.name} />}
      <div class="who">
        <h1>{brand.name}</h1>
        <p class={isHere ? "presence here" : "presence"}>
          {session && (agent ? fill(T.agentHere, { name: agent.name }) : chat.desk.opens.value || (isHere ? usually(chat.desk.waiting.value ? null : session.answer_seconds) : T.away))}
        </p>
      </div>
      <Menu chat={chat} />
      {chat.host.hasHost && (
        <Tool icon={paths.down} label={T.close} onClick={() => chat.close()} />
      )}
    </header>
  );
}

function Menu({ chat }: { chat: Chat }) {
  const isOpen = useSignal(false);
  const box = useRef<HTMLDivElement>(null);
  useLeaving(box, () => (isOpen.value = false), "pointerdown", "focusin");
  const choose = (act: () => void) => () => {
    isOpen.value = false;
    act();
  };
  return (
    <div
      class="menu"
      ref={box}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !isOpen.value) return;
        event.stopPropagation();
        isOpen.value = false;
        box.current?.querySelector("button")?.focus();
      }}
    >
      <Tool class="more" icon={paths.more} label={T.more} aria-expanded={isOpen.value} onClick={() => (isOpen.value = !isOpen.value)} />
      {isOpen.value && (
        <div class="menu-list">
          <button onClick={choose(() => chat.setSound(!chat.isSoundOn.value))}>
            <Icon path={chat.isSoundOn.value ? paths.soundOff : paths.soundOn} size={18} />
            {chat.isSoundOn.value ? T.soundOff : T.soundOn}
          </button>
          {chat.desk.isGoingOn.value && (
            <button onClick={choose(() => void chat.endConversation())}>
              <Icon path={paths.check} size={18} />
              {T.endConversation}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
