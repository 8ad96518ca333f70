// Quiet lines between log and composer: the connection, the queue, the end.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { fill } from "../i18n";
import type { Chat } from "./chat";
import { Rating } from "./forms";
import { Icon } from "./icons";
import * as paths from "./paths";
import { standing } from "./standing";
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
        {state.kind === "offline" ? (
          T.offline
        ) : (
          <>
            {/* The changing number is for eyes only; a reader hears one sentence, once. */}
            <span class="kf-sr">{T.connecting}</span>
            <span aria-hidden="true">{seconds ? fill(T.reconnecting, { n: seconds }) : T.connecting}</span>
          </>
        )}
      </p>
      {state.kind !== "connecting" && (
        <button class="link" onClick={() => chat.retry()}>
          {T.reconnectNow}
        </button>
      )}
    </div>
  );
}

export function StatusBar({ chat }: { chat: Chat }) {
  const { conversation, session, shown, desk } = chat;
  const { id, status, left_message } = conversation.value ?? {};
  if (desk.hasForm.value) return null;
  if (status === "closed")
    return (
      <>
        {desk.unrated.value && <Rating key={id} chat={chat} />}
        <div class="bar">
          <p>{T.closed}</p>
          <button class="button" onClick={() => void chat.startNew()}>
            {T.startNew}
          </button>
        </div>
      </>
    );
  const waiting = desk.waiting.value;
  const { hours, available } = session.value!;
  const away = desk.opens.value || (left_message || !available ? T.waitingAway : "");
  const hasWritten = shown.value.some((entry) => entry.conversation === id && entry.type === "message" && entry.isMine);
  const isBusy = !status && hours.can_leave_message;
  if (!isBusy && (status !== "waiting" || !hasWritten || !(waiting || away))) return null;
  return (
    <div class="bar waiting" role="status">
      <span class="pulse" />
      <p>
        {isBusy ? T.busy : waiting ? standing(waiting) : away}{" "}
        {(isBusy || waiting?.can_leave_message) && (
          <button class="link" onClick={() => (desk.isLeaving.value = true)}>
            {T.leaveInstead}
          </button>
        )}
      </p>
    </div>
  );
}
