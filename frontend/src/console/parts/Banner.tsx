// One line about the connection: what is wrong and what happens next. Silent while all is well. Below it, once, the
// offer of desktop notifications.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { CheckIcon, OfflineIcon, RefreshIcon } from "../../design/icons";
import { connection, reconnectNow, wasEverLive } from "../state/desk";
import { answerOffer, isOffering } from "../state/notify";
import { words } from "../words";

/** Short cuts are not worth a word. */
const PATIENCE_MS = 1_200;
const GOOD_NEWS_MS = 2_500;

export function Banner() {
  const kind = connection.value.kind;
  const phase = useSignal<"silent" | "trouble" | "recovered">("silent");
  useEffect(() => {
    if (kind === "live") {
      if (phase.peek() !== "trouble") return;
      phase.value = "recovered";
      const timer = setTimeout(() => (phase.value = "silent"), GOOD_NEWS_MS);
      return () => clearTimeout(timer);
    }
    if (phase.peek() === "trouble") return;
    const timer = setTimeout(() => (phase.value = "trouble"), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [kind]);

  return (
    <div class="banner-place">
      <div role="status" aria-live="polite">
        {phase.value === "trouble" && kind !== "live" && <Trouble />}
        {phase.value === "recovered" && kind === "live" && (
          <div class="banner banner-good">
            <CheckIcon />
            {words.value.backOnline}
          </div>
        )}
      </div>
      {isOffering.value && <Offer />}
    </div>
  );
}

function Offer() {
  const say = words.value;
  return (
    <section class="banner banner-offer" aria-label={say.notifications}>
      <span>{say.bellOffer}</span>
      <button type="button" class="link" onClick={() => answerOffer(true)}>{say.turnOn}</button>
      <button type="button" class="link" onClick={() => answerOffer(false)}>{say.notNow}</button>
    </section>
  );
}

function Trouble() {
  const state = connection.value;
  const say = words.value;
  if (state.kind === "stopped") {
    return (
      <div class="banner">
        <OfflineIcon />
        <span>{say.stoppedBanner}</span>
        <button type="button" class="link" onClick={() => location.reload()}>{say.reload}</button>
      </div>
    );
  }
  return (
    <div class="banner">
      {state.kind === "offline" ? <OfflineIcon /> : <RefreshIcon class="is-turning" />}
      {state.kind === "waiting" ? <Countdown retryAt={state.retryAt} /> : <span>{state.kind === "offline" ? say.offlineBanner : wasEverLive.value ? say.reconnecting : say.connecting}</span>}
      {state.kind === "waiting" && (
        <button type="button" class="link" onClick={reconnectNow}>{say.reconnectNow}</button>
      )}
    </div>
  );
}

function Countdown({ retryAt }: { retryAt: number }) {
  const left = useSignal(retryAt - Date.now());
  useEffect(() => {
    const timer = setInterval(() => (left.value = retryAt - Date.now()), 250);
    return () => clearInterval(timer);
  }, [retryAt]);
  const seconds = Math.max(Math.ceil(left.value / 1000), 1);
  // The changing number is for eyes only; a reader hears the sentence once.
  return (
    <>
      <span class="kf-sr">{words.value.reconnecting}</span>
      <span aria-hidden="true">{words.value.reconnectingIn(seconds)}</span>
    </>
  );
}
