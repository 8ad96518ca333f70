// The conversation pane: header, log, composer, and its states.
import { RefreshIcon } from "../../design/icons";
import { switchBrand } from "../state/actions";
import { currentThread, openThread } from "../state/desk";
import { rowSignal } from "../state/inbox";
import { go } from "../state/route";
import { me } from "../state/session";
import type { Thread as ThreadState } from "../state/thread";
import { visitorName } from "../state/visitors";
import { stoodOn } from "../state/walk";
import { words } from "../words";
import type { Brand, Row } from "../wire";
import { Composer } from "./Composer";
import { Drawing } from "./Drawing";
import { Log } from "./Log";
import { ThreadHeader } from "./ThreadHeader";
import { isWatching, WatchBar } from "./WatchBar";

export function Thread() {
  const thread = currentThread.value;
  return (
    <main class="thread" id="thread" tabIndex={-1}>
      {thread ? <OpenThread key={thread.id} thread={thread} /> : <NothingPicked />}
    </main>
  );
}

function OpenThread({ thread }: { thread: ThreadState }) {
  const say = words.value;
  const load = thread.load.value;
  const row = thread.row.value;
  if (thread.isInTrouble) return <ThreadTrouble thread={thread} />;
  return (
    <>
      <ThreadHeader thread={thread} />
      {load === "loading" ? (
        <div class="log log-loading" role="status" aria-label={say.loading}>
          <LogSkeleton />
        </div>
      ) : (
        <Log thread={thread} />
      )}
      {row && (isWatching(row) ? <WatchBar row={row} /> : <Composer thread={thread} row={row} />)}
    </>
  );
}

function ThreadTrouble({ thread }: { thread: ThreadState }) {
  const say = words.value;
  const isMissing = thread.load.value === "missing";
  return (
    <>
      <ThreadHeader thread={thread} />
      <div class="empty" role="alert">
        <Drawing name={isMissing ? "door" : "cut"} />
        <p>{isMissing ? say.threadMissing : say.threadFailed}</p>
        {!isMissing && (
          <button type="button" class="button" onClick={() => void openThread(thread)}>
            <RefreshIcon />
            {say.retry}
          </button>
        )}
        {isMissing && (
          <button type="button" class="button" onClick={() => go({ conversation: null })}>
            {say.backToList}
          </button>
        )}
      </div>
    </>
  );
}

function LogSkeleton() {
  const widths = [46, 62, 38, 54, 70, 33];
  return (
    <div aria-hidden="true">
      {widths.map((width, index) => (
        <div key={width} class={`bubble-skeleton${index % 3 === 2 ? " is-right" : ""}`}>
          <span class="bone" style={{ width: `${width}%`, height: index % 2 ? "56px" : "36px" }} />
        </div>
      ))}
    </div>
  );
}

/** Where one stands on a row of another brand: this console cannot show it, that brand's can. */
function OtherBrand({ row, brand }: { row: Row; brand: Brand }) {
  const say = words.value;
  return (
    <div class="empty empty-pick">
      <Drawing name="pick" />
      <h2>{say.inOtherBrand(visitorName(row.visitor, say), brand.name)}</h2>
      <button type="button" class="button" onClick={() => void switchBrand(brand.slug, `/console/c/${row.id}`)}>
        {say.openInBrand(brand.name)} <kbd>Enter</kbd>
      </button>
    </div>
  );
}

function NothingPicked() {
  const say = words.value;
  const row = stoodOn.value ? rowSignal(stoodOn.value)?.value : undefined;
  const brand = me.value!.brands.find(({ slug }) => slug === row?.brand);
  if (row && brand) return <OtherBrand row={row} brand={brand} />;
  const keys = [
    ["J", say.keyNext],
    ["K", say.keyPrevious],
    ["/", say.keySearch],
    ["?", say.shortcuts],
  ] as const;
  return (
    <div class="empty empty-pick">
      <Drawing name="pick" />
      <h2>{say.pickTitle}</h2>
      <p>{say.pickBody}</p>
      <dl class="pick-keys">
        {keys.map(([key, text]) => (
          <div key={key}>
            <dt><kbd>{key}</kbd></dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
