// The list of a view, drawn only where one looks: 10 000 rows cost as much as twenty.
import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { RefreshIcon } from "../../design/icons";
import { loadMore, type Listing } from "../state/inbox";
import { rowPx } from "../state/preferences";
import { route } from "../state/route";
import { words } from "../words";
import { stoodOn } from "../state/walk";
import { ConversationRow } from "./Row";

const OVERSCAN = 6;
/** The next page is asked for when fewer rows than this are left below: so far ahead that a quick scroll meets no end. */
const AHEAD = 60;

export function Rows({ listing }: { listing: Listing }) {
  const scroller = useRef<HTMLDivElement>(null);
  const scrollTop = useSignal(0);
  const height = useSignal(800);
  const ids = listing.ids.value;

  const first = useComputed(() => Math.max(0, Math.floor(scrollTop.value / rowPx.value) - OVERSCAN)).value;
  const last = Math.min(ids.length, first + Math.ceil(height.value / rowPx.value) + 2 * OVERSCAN);

  useLayoutEffect(() => {
    const element = scroller.current!;
    const watch = new ResizeObserver(() => (height.value = element.clientHeight));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);

  useEffect(() => {
    if (ids.length - last < AHEAD && listing.moreState.peek() === "idle") void loadMore(listing);
  }, [listing, ids.length, last]);

  const chosen = stoodOn.value ?? route.value.conversation;
  useEffect(() => revealRow(scroller.current, chosen ? listing.ids.peek().indexOf(chosen) : -1), [chosen]);

  return (
    <div class="rows" ref={scroller} onScroll={(event) => (scrollTop.value = event.currentTarget.scrollTop)} tabIndex={-1}>
      <ul class="rows-space" style={{ height: `${ids.length * rowPx.value}px` }} aria-label={words.value.conversations}>
        {ids.slice(first, last).map((id, index) => (
          <li
            key={id}
            class="rows-slot"
            style={{ transform: `translateY(${(first + index) * rowPx.value}px)` }}
            aria-setsize={listing.next.value === null ? ids.length : -1}
            aria-posinset={first + index + 1}
          >
            <ConversationRow id={id} listing={listing} isChosen={id === chosen} />
          </li>
        ))}
      </ul>
      <RowsEnd listing={listing} />
    </div>
  );
}

function revealRow(scroller: HTMLElement | null, index: number): void {
  if (!scroller || index < 0) return;
  const top = index * rowPx.peek();
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (top + rowPx.peek() > scroller.scrollTop + scroller.clientHeight) {
    scroller.scrollTop = top + rowPx.peek() - scroller.clientHeight;
  }
}

function RowsEnd({ listing }: { listing: Listing }) {
  if (listing.moreState.value === "loading") return <RowSkeletons count={3} />;
  if (listing.moreState.value !== "failed") return null;
  return (
    <div class="rows-end" role="alert">
      <span>{words.value.moreRowsFailed}</span>
      <button type="button" class="button button-quiet" onClick={() => void loadMore(listing)}>
        <RefreshIcon />
        {words.value.retry}
      </button>
    </div>
  );
}

export function RowSkeletons({ count }: { count: number }) {
  return (
    <div aria-hidden="true">
      {Array.from({ length: count }, (_, index) => (
        <div class="row-skeleton" key={index} style={{ "--delay": `${index * 70}ms` }}>
          <span class="bone bone-avatar" />
          <span class="bone bone-name" />
          <span class="bone bone-text" />
        </div>
      ))}
    </div>
  );
}
