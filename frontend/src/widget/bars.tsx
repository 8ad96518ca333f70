// Quiet lines between log and composer: the connection, the queue, the end.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { fill } from "../i18n";
import type { Chat } from "./chat";
import { Icon } from "./icons";
import * as paths from "./paths";
import * as T from "./texts";

export function ConnectionLine({ chat }: { chat: Chat }) {
  const state = chat.connection.value;
  const now = useSignal(Date.now());
  const isLate = useSignal(false);
  useEffect(() => {
    // A short moment without connection is nobody's business.
    isLate.value = false;
    if (state.kind === "live") return;
    const late = setTimeout(() => (isLate.value = true), 1_200);
    const tick = setInterval(() => (now.value = Date.now()), 500);
    return () => {
      clearTimeout(late);
      clearInterval(tick);
    };
  }, [state.kind === "live"]);
  if (chat.phase.value !== "ready" || state.kind === "live" || state.kind === "stopped" || !isLate.value) return null;
  const seconds = state.kind === "waiting" ? Math.max(1, Math.ceil((state.retryAt - now.value) / 1_000)) : 0;
  return (
    <div class="bar trouble" role="status">
      <Icon path={paths.alert} size={18} />
      <p>
        {state.kind === "waiting" && fill(T.reconnecting, { n: seconds })}
        {state.kind === "offline" && T.offline}
        {state.kind === "connecting" && T.connecting}
      </p>
      {state.kind !== "connecting" && (
        <button type="button" class="link" onClick={() => chat.retry()}>
          {T.reconnectNow}
        </button>
      )}
    </div>
  );
}

export function StatusBar({ chat }: { chat: Chat }) {
  const { conversation, session, shown } = chat;
  const { id, status } = conversation.value ?? {};
  if (status === "closed")
    return (
      <div class="bar">
        <p>{T.endedBar}</p>
        <button type="button" class="button" onClick={() => void chat.startNew()}>
          {T.startNew}
        </button>
      </div>
    );
  if (status !== "waiting" || !shown.value.some((entry) => entry.conversation === id && entry.type === "message" && entry.isMine)) return null;
  return (
    <div class="bar waiting" role="status">
      <span class="pulse" />
      <p>{session.value?.available ? T.waitingOnline : T.waitingAway}</p>
    </div>
  );
}
