// The whole page: the panes, or why there are none.
import { useEffect, useRef } from "preact/hooks";
import { RefreshIcon, SignOutIcon } from "../../design/icons";
import { signOut } from "../api";
import { currentThread } from "../state/desk";
import { go, route } from "../state/route";
import { isSupervisor, start } from "../state/session";
import { isDetailsShown } from "../state/layout";
import { explain, words } from "../words";
import { Banner } from "./Banner";
import { Board } from "./board/Board";
import { Details } from "./Details";
import { Drawing } from "./Drawing";
import { Inbox } from "./Inbox";
import { Overlays } from "./Overlays";
import { Rail } from "./Rail";
import { Reports } from "./Reports";
import { RowSkeletons } from "./Rows";
import { Thread } from "./Thread";

export function App({ onStart }: { onStart: () => void }) {
  switch (start.value.kind) {
    case "loading":
      return <Shell />;
    case "ready":
      return <Desk />;
    default:
      return <CannotStart onStart={onStart} />;
  }
}

const NARROW = "(max-width: 759px)";

/** Where one pane hides the other, the focus goes along: into the conversation, and back to its row. */
function useFocusInNarrow(): void {
  const { conversation } = route.value;
  const last = useRef<string | null>(null);
  useEffect(() => {
    const came = last.current;
    last.current = conversation;
    if (!matchMedia(NARROW).matches || came === conversation) return;
    if (conversation) document.getElementById("thread")?.focus();
    else document.querySelector<HTMLElement>(`.row[href^="/console/c/${came}"]`)?.focus();
  }, [conversation]);
}

function Desk() {
  useFocusInNarrow();
  const { page } = route.value;
  const isOpen = page === "inbox" && route.value.conversation !== null;
  const hasDetails = isOpen && isDetailsShown.value && !currentThread.value?.isInTrouble;
  return (
    <div class={`desk${page === "inbox" ? "" : " has-page"}${isOpen ? " is-open" : ""}${hasDetails ? " has-details" : ""}`}>
      <a class="skip" href="#thread">{page === "inbox" ? words.value.skipToThread : words.value.skipToPage}</a>
      <Rail />
      <div class="desk-panes">
        <Banner />
        {page === "inbox" ? (
          <>
            <Inbox />
            <Thread />
            <Details />
          </>
        ) : (
          <SupervisorPage page={page} />
        )}
      </div>
      <Overlays />
    </div>
  );
}

function SupervisorPage({ page }: { page: "board" | "reports" }) {
  if (!isSupervisor.value) {
    return (
      <main class="page" id="thread" tabIndex={-1}>
        <div class="empty" role="alert">
          <Drawing name="door" />
          <p>{words.value.pageMissing}</p>
          <button type="button" class="button" onClick={() => go({ conversation: null })}>
            {words.value.backToList}
          </button>
        </div>
      </main>
    );
  }
  return page === "board" ? <Board /> : <Reports />;
}

function Shell() {
  return (
    <div class="desk" role="status" aria-label={words.value.loading}>
      <div class="rail" />
      <div class="desk-panes">
        <div class="inbox">
          <div class="inbox-head inbox-head-empty" />
          <div class="rows"><RowSkeletons count={9} /></div>
        </div>
        <div class="thread" />
      </div>
    </div>
  );
}

function CannotStart({ onStart }: { onStart: () => void }) {
  const say = words.value;
  const state = start.value;
  const isDenied = state.kind === "no_access";
  return (
    <main class="whole-page">
      <div class="empty" role="alert">
        <Drawing name={isDenied ? "door" : "cut"} />
        <h1>{isDenied ? say.noAccessTitle : say.startFailedTitle}</h1>
        <p>{isDenied ? say.noAccessBody : say.startFailedBody}</p>
        {state.kind === "failed" && <p class="quiet">{explain(state.error)}</p>}
        {isDenied ? (
          <button type="button" class="button" onClick={signOut}>
            <SignOutIcon />
            {say.signOut}
          </button>
        ) : (
          <button type="button" class="button button-primary" onClick={onStart}>
            <RefreshIcon />
            {say.retry}
          </button>
        )}
      </div>
    </main>
  );
}
