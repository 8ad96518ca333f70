// The lists at the left: one listing per view and one for a search or filters, counts; kept live by
// `conversation.updated`. What the pushes cannot tell (rows never loaded) is fetched anew, at most every two seconds.
import { batch, computed, effect, signal, type Signal } from "@preact/signals";
import { fetchRows } from "../api";
import { isMerged, type Filters, type Row, type RowsPage, type ViewId } from "../wire";
import { failedBrands, fetchAllBrands } from "./brands";
import { countFilters, filterQuery } from "./filters";
import { appendRows, compareIn, isMember, placeRow, underFirstPage } from "./listing";
import { myId } from "./session";
import { route } from "./route";
import { dropRow, holdRows, putRow, rowOf, sweepRows } from "./rows";
import { countViewsSoon, loadViews, savedView } from "./views";
import { loadTags } from "./tags";
import { refreshSoon, startTally, takeCounts, toldSoFar } from "./tally";
import { ticked, untickAll, untick } from "./ticks";

export { changeRow, noteOnline, putRow, rowSignal } from "./rows";

export interface Listing {
  view: ViewId;
  q: string;
  filters: Filters;
  ids: Signal<readonly string[]>;
  next: Signal<string | null>;
  state: Signal<"loading" | "ready" | "failed">;
  moreState: Signal<"idle" | "loading" | "failed">;
}

/** Rows of other brands come by asking: no socket of theirs is open here. */
const BRANDS_MS = 10_000;
const MORE = 100;

const listings = new Map<ViewId, Listing>();
const search = signal<Listing | null>(null);

function newListing(view: ViewId, q: string, filters: Filters): Listing {
  return {
    view,
    q,
    filters,
    ids: signal<readonly string[]>([]),
    next: signal<string | null>(null),
    state: signal<Listing["state"]["value"]>("loading"),
    moreState: signal<Listing["moreState"]["value"]>("idle"),
  };
}

function listingOf(view: ViewId): Listing {
  let listing = listings.get(view);
  if (!listing) {
    listing = newListing(view, "", {});
    listings.set(view, listing);
    const made = listing;
    queueMicrotask(() => void loadListing(made)); // not now: a computed may be asking, and must not write
  }
  return listing;
}

const isNarrowed = (q: string, filters: Filters): boolean => q !== "" || countFilters(filters) > 0;
const keyOf = ({ view, q, filters }: { view: ViewId; q: string; filters: Filters }): string =>
  JSON.stringify([view, q, filterQuery(filters)]);

export const currentListing = computed<Listing>(() => {
  const { view, q, filters } = route.value;
  const found = search.value;
  return isNarrowed(q, filters) && found && keyOf(found) === keyOf(route.value) ? found : listingOf(view);
});

let searching: AbortController | null = null;

/** Follows the address: a search text or filters make a listing of their own, which is dropped with them. */
function followSearch(): void {
  effect(() => {
    const { view, q, filters } = route.value;
    if (isNarrowed(q, filters) && search.peek() && keyOf(search.peek()!) === keyOf(route.value)) return;
    searching?.abort();
    if (!isNarrowed(q, filters)) {
      search.value = null;
      return;
    }
    const listing = newListing(view, q, filters);
    search.value = listing;
    searching = new AbortController();
    void loadListing(listing, searching.signal);
  });
}

/** Ticks are of one list: another view, search or filter begins anew. */
function untickWithList(): void {
  let key = "";
  effect(() => {
    const current = keyOf(route.value);
    if (key && key !== current) untickAll();
    key = current;
  });
}

// While a page is on its way, rows may change that it does not know of yet: they are placed again when it is here.
const changedMeanwhile = new Set<string>();
const latestRequest = new WeakMap<Listing, number>();
let loading = 0;

type AnyPage = Pick<RowsPage, "rows" | "next" | "counts">;

function fetchPage({ view, q, filters }: Listing, cursor: string | null, abort?: AbortSignal): Promise<AnyPage> {
  const more = cursor ? { cursor, limit: MORE } : {};
  if (isMerged(view)) return fetchAllBrands(view, { q, ...more }, abort);
  return fetchRows(view, { q, filters: filterQuery(filters), ...more }, abort);
}

/** `keepsMore`: what was loaded below the first page stays. */
export async function loadListing(listing: Listing, abort?: AbortSignal, keepsMore = false): Promise<void> {
  if (!listing.ids.peek().length) listing.state.value = "loading";
  const request = (latestRequest.get(listing) ?? 0) + 1;
  latestRequest.set(listing, request);
  loading++;
  const since = toldSoFar();
  try {
    const page = await fetchPage(listing, null, abort);
    if (latestRequest.get(listing) !== request) return;
    batch(() => {
      for (const row of page.rows) {
        if (!rowOf(row.id) && !row.brand) onFound(row);
        putRow(row);
      }
      showPage(listing, page, keepsMore);
      listing.state.value = "ready";
      listing.moreState.value = "idle";
      for (const id of changedMeanwhile) if (rowOf(id)) placeIn(listing, rowOf(id)!);
      takeCounts(page.counts, since);
    });
  } catch {
    if (!abort?.aborted && !listing.ids.peek().length) listing.state.value = "failed";
  } finally {
    if (--loading === 0) changedMeanwhile.clear();
  }
}

function showPage(listing: Listing, page: AnyPage, keepsMore: boolean): void {
  const isKept = (row: Row): boolean => failedBrands.peek().includes(row.brand ?? "");
  const options = { isWhole: page.next === null, isKept, lookup: rowOf, compare: compareIn(listing.view) };
  const ids = keepsMore ? underFirstPage(listing.ids.peek(), page.rows, options) : page.rows.map((row) => row.id);
  const hasMore = ids.length > page.rows.length && page.next !== null;
  listing.ids.value = ids;
  if (!hasMore) listing.next.value = page.next;
}

export async function loadMore(listing: Listing): Promise<void> {
  const cursor = listing.next.peek();
  if (!cursor || listing.moreState.peek() === "loading") return;
  listing.moreState.value = "loading";
  const request = latestRequest.get(listing);
  try {
    const page = await fetchPage(listing, cursor);
    if (latestRequest.get(listing) !== request) return void (listing.moreState.value = "idle"); // loaded anew meanwhile
    batch(() => {
      for (const row of page.rows) if (!rowOf(row.id)) putRow(row);
      listing.ids.value = appendRows(listing.ids.peek(), page.rows);
      listing.next.value = page.next;
      listing.moreState.value = "idle";
    });
  } catch {
    listing.moreState.value = "failed";
  }
}

// Live changes come in bursts: gathered, then applied once per frame.
const arrived = new Map<string, Row>();
let flushTimer = 0;

export function receiveRow(row: Row, when: "soon" | "now" = "soon"): void {
  arrived.set(row.id, row);
  if (when === "now") flushRows();
  else flushTimer ||= window.setTimeout(flushRows, document.hidden ? 250 : 16);
}

function flushRows(): void {
  clearTimeout(flushTimer);
  flushTimer = 0;
  const changed = [...arrived.values()];
  arrived.clear();
  batch(() => {
    for (const row of changed) applyRow(row);
  });
  countViewsSoon();
  if (sweepRows()) forgetUnshown();
}

/** Called with each row that changed, as it was and as it is: for the bell. Set by whoever rings. */
let onChanged: (before: Row | undefined, after: Row) => void = () => {};
/** Called with each row of this brand that a list brought and nobody knew. */
let onFound: (row: Row) => void = () => {};
export const watchRows = (changed: typeof onChanged, found: typeof onFound): void => void ([onChanged, onFound] = [changed, found]);

function applyRow(row: Row): void {
  const before = rowOf(row.id);
  onChanged(before, row);
  putRow(row);
  if (loading) changedMeanwhile.add(row.id);
  const current = rowOf(row.id)!;
  for (const listing of shownListings()) placeIn(listing, current);
  if (!before) refreshSoon();
}

const shownListings = (): Listing[] => [...listings.values(), ...(search.peek() ? [search.peek()!] : [])];

/** A conversation that is not for this agent any more: out of every list. */
export function forgetRow(id: string): void {
  arrived.delete(id);
  if (!rowOf(id)) return;
  batch(() => {
    for (const listing of shownListings()) {
      if (listing.ids.peek().includes(id)) listing.ids.value = listing.ids.peek().filter((one) => one !== id);
    }
  });
  untick(id);
  dropRow(id);
  refreshSoon();
}

function placeIn(listing: Listing, row: Row): void {
  const is = isMember({ ...listing, saved: savedView(listing.view)?.filters }, row, myId.peek());
  if (is === null) return; // only the server knows: it stands where it stood until the list is loaded anew
  const isWhole = listing.next.peek() === null && listing.state.peek() === "ready";
  const options = { isMember: is, isWhole, lookup: rowOf, compare: compareIn(listing.view) };
  listing.ids.value = placeRow(listing.ids.peek(), row, options);
}

const isLive = (view: ViewId): boolean => view === route.peek().view || view === "mine";

/** Lists that nobody looks at are loaded anew by whoever does. */
function forgetUnshown(): void {
  for (const view of listings.keys()) if (!isLive(view)) listings.delete(view);
}

/** What lists show, or will as soon as they are here. */
function* heldHere(): Generator<string> {
  for (const { view, ids } of shownListings()) if (isLive(view)) yield* ids.peek();
  yield* changedMeanwhile;
  yield* ticked.peek();
}

/** After each hello: rows may have changed before the topics were joined. What is shown stays until the answer is here. */
export function refreshInbox(): void {
  forgetUnshown();
  for (const listing of listings.values()) void loadListing(listing);
  const found = search.peek();
  if (found) void loadListing(found);
  void loadViews();
  void loadTags(0);
}

/** A list that only the server can judge: asked for anew if it was shown before. */
export function refreshView(view: ViewId): void {
  const listing = listings.get(view);
  if (listing) void loadListing(listing);
}

/** Whoever comes to a list over all brands sees it anew, and its first page every few seconds: a search stands still. */
function watchBrands(): void {
  let shown: ViewId | null = null;
  effect(() => {
    const { view } = route.value;
    const known = listings.get(view);
    if (view !== shown && isMerged(view) && known) void loadListing(known);
    shown = view;
  });
  setInterval(() => {
    const { view, q } = route.peek();
    if (!document.hidden && isMerged(view) && !q) void loadListing(listingOf(view), undefined, true);
  }, BRANDS_MS);
}

/** Those of a list that belong to this brand: others cannot be ticked here. */
export const idsOfHere = (listing: Listing): string[] => listing.ids.peek().filter((id) => !rowOf(id)?.brand);

export function startInbox(): void {
  startTally();
  holdRows(heldHere);
  listingOf("mine"); // always live: most work is there
  followSearch();
  untickWithList();
  watchBrands();
}
