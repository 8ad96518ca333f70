// Quiet lines between log and composer: the connection, the queue, the end.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Chat } from "./chat";
import { Icon } from "./icons";
import { t } from "./texts";

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
      <Icon name="alert" size={18} />
      <p>
        {state.kind === "waiting" && t("reconnecting", { n: seconds })}
        {state.kind === "offline" && t("offline")}
        {state.kind === "connecting" && t("connecting")}
      </p>
      {state.kind !== "connecting" && (
        <button type="button" class="link" onClick={() => chat.retry()}>
          {t("reconnectNow")}
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
        <p>{t("endedBar")}</p>
        <button type="button" class="button" onClick={() => void chat.startNew()}>
          {t("startNew")}
        </button>
      </div>
    );
  if (status !== "waiting" || !shown.value.some((entry) => entry.conversation === id && entry.type === "message" && entry.isMine)) return null;
  return (
    <div class="bar waiting" role="status">
      <span class="pulse" />
      <p>{t(session.value?.available ? "waitingOnline" : "waitingAway")}</p>
    </div>
  );
}
