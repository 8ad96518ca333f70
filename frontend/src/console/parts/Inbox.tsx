// The list pane: search, views with counts, rows, and what to say where there are none.
import { useSignal, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { CloseIcon, RefreshIcon, SearchIcon } from "../../design/icons";
import { countFilters } from "../state/filters";
import { isComposing } from "../../design/composing";
import { currentListing, loadListing, type Listing } from "../state/inbox";
import { isNarrow } from "../state/layout";
import { go, route } from "../state/route";
import { counts } from "../state/tally";
import { words } from "../words";
import { isMerged, isView, type MergedId, type View } from "../wire";
import { Drawing } from "./Drawing";
import { BrandViews, FailedBrands } from "./inbox/Brands";
import { BulkBar } from "./inbox/BulkBar";
import { FilterButton, FilterChips } from "./inbox/Filters";
import { Views } from "./inbox/Views";
import { Rows, RowSkeletons } from "./Rows";

const SEARCH_AFTER_MS = 250;
export const SEARCH_ID = "search";

export function Inbox() {
  return (
    // Where it is the only pane it is what the page is about.
    <section class="inbox" role={isNarrow.value && !route.value.conversation ? "main" : undefined} aria-label={words.value.inbox}>
      <header class="inbox-head">
        <h1 class="kf-sr">{words.value.inbox}</h1>
        <div class="inbox-tools">
          <SearchField />
          <FilterButton />
        </div>
        <Views />
        <FilterChips />
        {isMerged(route.value.view) && <BrandViews view={route.value.view} />}
      </header>
      {isMerged(route.value.view) && <FailedBrands listing={currentListing.value} />}
      <ListingBody listing={currentListing.value} />
      <BulkBar />
    </section>
  );
}

function SearchField() {
  const text = useSignal(route.peek().q);
  const timer = useRef(0);
  const say = words.value;
  useSignalEffect(() => {
    // What is looked for has no blank at its end, what is being typed may.
    const { q } = route.value;
    if (text.peek().trim() !== q) text.value = q;
  });
  const apply = (value: string, afterMs: number): void => {
    text.value = value;
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => go({ q: value.trim() }, "replace"), afterMs);
  };
  /** Half a word of an input method is looked for by nobody. */
  const write = (value: string): void => {
    text.value = value;
    clearTimeout(timer.current);
  };
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLInputElement }): void => {
    if (event.key !== "Escape" || isComposing(event)) return;
    if (text.value) apply("", 0);
    else event.currentTarget.blur();
    event.stopPropagation();
  };
  return (
    <div class="search" role="search">
      <SearchIcon />
      <input
        id={SEARCH_ID}
        type="search"
        aria-label={say.search}
        placeholder={say.searchPlaceholder}
        autoComplete="off"
        value={text.value}
        onInput={(event) => (event.isComposing ? write(event.currentTarget.value) : apply(event.currentTarget.value, SEARCH_AFTER_MS))}
        {...{
          // In small letters: there is no such property of elements, by which Preact would find the event's name.
          oncompositionend: (event: { currentTarget: HTMLInputElement }) => apply(event.currentTarget.value, SEARCH_AFTER_MS),
        }}
        onKeyDown={onKeyDown}
      />
      {text.value ? (
        <button type="button" class="icon-button icon-button-s" aria-label={say.clearSearch} onClick={() => apply("", 0)}>
          <CloseIcon />
        </button>
      ) : (
        <kbd aria-hidden="true">/</kbd>
      )}
    </div>
  );
}

function ListingBody({ listing }: { listing: Listing }) {
  const say = words.value;
  if (listing.state.value === "loading" && !listing.ids.value.length) {
    return (
      <div class="rows" role="status" aria-label={say.loading}>
        <RowSkeletons count={9} />
      </div>
    );
  }
  if (listing.state.value === "failed") {
    return (
      <div class="empty" role="alert">
        <Drawing name="cut" />
        <p>{say.listFailed}</p>
        <button type="button" class="button" onClick={() => void loadListing(listing)}>
          <RefreshIcon />
          {say.retry}
        </button>
      </div>
    );
  }
  if (!listing.ids.value.length) return <EmptyListing listing={listing} />;
  return <Rows key={JSON.stringify([listing.view, listing.q, listing.filters])} listing={listing} />;
}

function EmptyListing({ listing }: { listing: Listing }) {
  const say = words.value;
  if (listing.q) {
    const others = (isMerged(listing.view) ? [] : ["all", "closed"] as const).filter((view) => view !== listing.view);
    return (
      <div class="empty" role="status">
        <Drawing name="search" />
        <p>{say.emptySearch(listing.q)}</p>
        {others.map((view) => (
          <button type="button" key={view} class="button" onClick={() => go({ view })}>
            {say.searchIn(say[view])}
          </button>
        ))}
      </div>
    );
  }
  if (countFilters(listing.filters)) {
    return (
      <div class="empty" role="status">
        <Drawing name="search" />
        <p>{say.emptyFiltered}</p>
        <button type="button" class="button" onClick={() => go({ filters: {} }, "replace")}>
          {say.clearFilters}
        </button>
      </div>
    );
  }
  const sentences: Record<View, string> = {
    mine: say.emptyMine,
    unassigned: say.emptyUnassigned,
    all: say.emptyAll,
    mentions: say.emptyMentions,
    snoozed: say.emptySnoozed,
    closed: say.emptyClosed,
  };
  const emptyBrands: Record<MergedId, string> = {
    brands: say.emptyBrands,
    "brands-mine": say.emptyMine,
    "brands-unassigned": say.emptyUnassigned,
  };
  const { view } = listing;
  return (
    <div class="empty" role="status">
      <Drawing name="rest" />
      <p>{isView(view) ? sentences[view] : isMerged(view) ? emptyBrands[view] : say.emptyView}</p>
      {view === "mine" && counts.value.unassigned > 0 && (
        <button type="button" class="button" onClick={() => go({ view: "unassigned" })}>
          {say.emptyMineAction}
        </button>
      )}
    </div>
  );
}
