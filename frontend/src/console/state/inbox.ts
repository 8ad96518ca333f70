// The lists at the left: rows by id, one listing per view and one for a search, counts; kept live by
// `conversation.updated`. What the pushes cannot tell (rows never loaded) is fetched anew, at most every two seconds.
import { batch, computed, effect, signal, type Signal } from "@preact/signals";
import { fetchRows } from "../api";
import { VIEWS, type Counts, type Row, type View } from "../wire";
import { appendRows, belongs, placeRow } from "./listing";
import { me, myId } from "./session";
import { route } from "./route";

export interface Listing {
  view: View;
  q: string;
  ids: Signal<readonly string[]>;
  next: Signal<string | null>;
  state: Signal<"loading" | "ready" | "failed">;
  moreState: Signal<"idle" | "loading" | "failed">;
}

const REFRESH_MS = 2_000;

const rows = new Map<string, Signal<Row>>();
const listings = new Map<View, Listing>();
const search = signal<Listing | null>(null);
export const counts = signal<Counts>({ mine: 0, unassigned: 0, all: 0, closed: 0 });
export const unreadMine = signal(0);

export const rowSignal = (id: string): Signal<Row> | undefined => rows.get(id);
const rowOf = (id: string): Row | undefined => rows.get(id)?.peek();

export function putRow(row: Row): Signal<Row> {
  const known = rows.get(row.id);
  if (known) {
    const { online } = known.peek().visitor;
    // A page that was read before a live change may arrive after it.
    if (row.top < known.peek().top) return known;
    known.value = row.visitor.online === null ? { ...row, visitor: { ...row.visitor, online } } : row;
    return known;
  }
  const made = signal(row);
  rows.set(row.id, made);
  return made;
}

function newListing(view: View, q: string): Listing {
  return {
    view,
    q,
    ids: signal<readonly string[]>([]),
    next: signal<string | null>(null),
    state: signal<Listing["state"]["value"]>("loading"),
    moreState: signal<Listing["moreState"]["value"]>("idle"),
  };
}

export function listingOf(view: View): Listing {
  let listing = listings.get(view);
  if (!listing) {
    listing = newListing(view, "");
    listings.set(view, listing);
    const made = listing;
    queueMicrotask(() => void loadListing(made)); // not now: a computed may be asking, and must not write
  }
  return listing;
}

export const currentListing = computed<Listing>(() => {
  const { view, q } = route.value;
  const found = search.value;
  return q && found && found.q === q && found.view === view ? found : listingOf(view);
});

let searching: AbortController | null = null;

/** Follows the address: a search text makes a listing of its own, which is dropped with it. */
function followSearch(): void {
  effect(() => {
    const { view, q } = route.value;
    searching?.abort();
    if (!q) {
      search.value = null;
      return;
    }
    if (search.peek()?.q === q && search.peek()?.view === view) return;
    const listing = newListing(view, q);
    search.value = listing;
    searching = new AbortController();
    void loadListing(listing, searching.signal);
  });
}

// While a page is on its way, rows may change that it does not know of yet: they are placed again when it is here.
const changedMeanwhile = new Set<string>();
const latestRequest = new WeakMap<Listing, number>();
let loading = 0;

export async function loadListing(listing: Listing, abort?: AbortSignal): Promise<void> {
  if (!listing.ids.peek().length) listing.state.value = "loading";
  const request = (latestRequest.get(listing) ?? 0) + 1;
  latestRequest.set(listing, request);
  loading++;
  try {
    const page = await fetchRows(listing.view, { q: listing.q }, abort);
    if (latestRequest.get(listing) !== request) return;
    batch(() => {
      for (const row of page.rows) putRow(row);
      listing.ids.value = page.rows.map((row) => row.id);
      listing.next.value = page.next;
      listing.state.value = "ready";
      listing.moreState.value = "idle";
      for (const id of changedMeanwhile) placeIn(listing, rowOf(id)!);
      if (!listing.q) counts.value = page.counts;
    });
    countUnread();
  } catch {
    if (!abort?.aborted && !listing.ids.peek().length) listing.state.value = "failed";
  } finally {
    if (--loading === 0) changedMeanwhile.clear();
  }
}

export async function loadMore(listing: Listing): Promise<void> {
  const cursor = listing.next.peek();
  if (!cursor || listing.moreState.peek() === "loading") return;
  listing.moreState.value = "loading";
  try {
    const page = await fetchRows(listing.view, { q: listing.q, cursor });
    batch(() => {
      for (const row of page.rows) if (!rows.has(row.id)) putRow(row);
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
  countUnread();
}

/** Called with each row that changed, as it was and as it is: for the bell. Set by whoever rings. */
let onChanged: (before: Row | undefined, after: Row) => void = () => {};
export const watchRows = (watch: typeof onChanged): void => void (onChanged = watch);

function applyRow(row: Row): void {
  const before = rowOf(row.id);
  onChanged(before, row);
  putRow(row);
  if (loading) changedMeanwhile.add(row.id);
  const current = rowOf(row.id)!;
  for (const listing of listings.values()) placeIn(listing, current);
  if (before) recount(before, current);
  else refreshSoon();
}

/** A conversation that is not for this agent any more: out of every list. */
export function forgetRow(id: string): void {
  arrived.delete(id);
  if (!rows.has(id)) return;
  batch(() => {
    for (const listing of [...listings.values(), ...(search.peek() ? [search.peek()!] : [])]) {
      if (listing.ids.peek().includes(id)) listing.ids.value = listing.ids.peek().filter((one) => one !== id);
    }
  });
  rows.delete(id);
  refreshSoon();
  countUnread();
}

function placeIn(listing: Listing, row: Row): void {
  const isMember = belongs(listing.view, row, myId.peek());
  const isWhole = listing.next.peek() === null && listing.state.peek() === "ready";
  listing.ids.value = placeRow(listing.ids.peek(), row, { isMember, isWhole, lookup: rowOf });
}

function recount(before: Row, after: Row): void {
  const changed = { ...counts.peek() };
  for (const view of VIEWS) {
    changed[view] += Number(belongs(view, after, myId.peek())) - Number(belongs(view, before, myId.peek()));
    changed[view] = Math.max(changed[view], 0);
  }
  counts.value = changed;
}

function countUnread(): void {
  const mine = listings.get("mine")?.ids.peek() ?? [];
  unreadMine.value = mine.reduce((sum, id) => sum + (rowOf(id)?.unread ?? 0), 0);
}

export function noteOnline(visitor: string, online: boolean): void {
  for (const row of rows.values()) {
    const { visitor: whose } = row.peek();
    if (whose.id === visitor && whose.online !== online) {
      row.value = { ...row.peek(), visitor: { ...whose, online } };
    }
  }
}

export function changeRow(id: string, change: (row: Row) => Row): void {
  const known = rows.get(id);
  if (known) known.value = change(known.peek());
}

let refreshTimer = 0;

function refreshSoon(): void {
  refreshTimer ||= window.setTimeout(() => {
    refreshTimer = 0;
    void refreshCounts();
  }, REFRESH_MS);
}

async function refreshCounts(): Promise<void> {
  try {
    counts.value = (await fetchRows("mine", {})).counts;
  } catch {
    // The next event or reconnect asks again.
  }
}

/** After each hello: rows may have changed before the topics were joined. What is shown stays until the answer is here. */
export function refreshInbox(): void {
  for (const listing of listings.values()) {
    if (listing.view === route.peek().view || listing.view === "mine") void loadListing(listing);
    else listings.delete(listing.view);
  }
  const found = search.peek();
  if (found) void loadListing(found);
}

export function startInbox(): void {
  counts.value = me.peek()?.counts ?? counts.peek();
  listingOf("mine"); // always live: the title's badge counts it
  followSearch();
}
