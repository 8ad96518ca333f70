// Which rows a view shows and in which order. Pure: the inbox feeds it rows and keeps what it answers.
import { isMerged, isView, type Filters, type Row, type View, type ViewId } from "../wire";
import { canJudge, matches } from "./filters";

export function belongs(view: View, row: Row, agent: string): boolean {
  switch (view) {
    case "mine":
      return row.status !== "closed" && row.agent?.id === agent && row.snoozed_until_ts === null;
    case "unassigned":
      return row.status === "waiting" && row.agent === null && row.snoozed_until_ts === null;
    case "snoozed":
      return row.status !== "closed" && row.snoozed_until_ts !== null;
    case "mentions":
      return false; // who is named where is not in the rows: counted and listed by the server
    case "all":
      return row.status !== "closed";
    case "closed":
      return row.status === "closed";
  }
}

/** What a list asks for. */
interface Wanted {
  view: ViewId;
  q: string;
  filters: Filters;
  /** Of a saved view: what it keeps. */
  saved?: Filters | undefined;
}

/** Whether the row belongs to the list; null where only the server knows. */
export function isMember({ view, q, filters, saved }: Wanted, row: Row, agent: string): boolean | null {
  if (q || view === "mentions" || isMerged(view) || !canJudge(filters) || (saved && !canJudge(saved))) return null;
  if (!isView(view)) return saved ? matches(saved, row, agent) && fits(filters, row, agent) : null;
  return belongs(view, row, agent) && fits(filters, row, agent);
}

/** Filters beside a view that says itself which status it shows. */
const fits = (filters: Filters, row: Row, agent: string): boolean =>
  matches(filters.status ? filters : { ...filters, status: [row.status] }, row, agent);

export const lastActivity = (row: Row): number => row.active_ts ?? row.last_message?.ts ?? row.created_ts;

/** Newest activity first, as the server pages them; ids break ties. Who waits longest, and who wakes first, comes first. */
export function compareIn(view: ViewId): (a: Row, b: Row) => number {
  const oldestFirst = (time: (row: Row) => number) => (a: Row, b: Row): number => time(a) - time(b) || (a.id < b.id ? -1 : 1);
  if (view === "unassigned" || view === "brands-unassigned") return oldestFirst((row) => row.waiting_since_ts ?? 0);
  if (view === "snoozed") return oldestFirst((row) => row.snoozed_until_ts ?? 0);
  return compareRows;
}

function compareRows(a: Row, b: Row): number {
  return lastActivity(b) - lastActivity(a) || (a.id < b.id ? 1 : -1);
}

type Lookup = (id: string) => Row | undefined;
type Compare = (a: Row, b: Row) => number;

/** The first position whose row sorts after `row`. */
function positionFor(ids: readonly string[], row: Row, lookup: Lookup, compare: Compare): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = lookup(ids[middle]!);
    if (other && compare(other, row) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * `ids` with `row` where it now belongs. A row beyond the last loaded page is left out: paging brings it.
 */
export function placeRow(
  ids: readonly string[],
  row: Row,
  options: { isMember: boolean; isWhole: boolean; lookup: Lookup; compare?: Compare },
): readonly string[] {
  const others = ids.includes(row.id) ? ids.filter((id) => id !== row.id) : ids;
  if (!options.isMember) return others;
  const position = positionFor(others, row, options.lookup, options.compare ?? compareRows);
  const wasShown = others !== ids;
  if (position === others.length && !options.isWhole && !wasShown) return others;
  return [...others.slice(0, position), row.id, ...others.slice(position)];
}

/** A further page behind what is shown; rows that moved up meanwhile are not shown twice. */
export function appendRows(ids: readonly string[], rows: readonly Row[]): readonly string[] {
  const shown = new Set(ids);
  return [...ids, ...rows.filter((row) => !shown.has(row.id)).map((row) => row.id)];
}

/**
 * A first page that was read anew over what was loaded before: rows below it stay, and those of which it could not know
 * (`isKept`); what it should hold and does not is gone.
 */
export function underFirstPage(
  ids: readonly string[],
  page: readonly Row[],
  options: { isWhole: boolean; isKept: (row: Row) => boolean; lookup: Lookup; compare: Compare },
): readonly string[] {
  const fresh = new Set(page.map((row) => row.id));
  const last = page.at(-1);
  const stays = (row: Row): boolean =>
    options.isKept(row) || (!options.isWhole && last !== undefined && options.compare(row, last) > 0);
  const others = ids.flatMap((id) => (fresh.has(id) ? [] : options.lookup(id) ?? [])).filter(stays);
  return [...page, ...others].sort(options.compare).map((row) => row.id);
}

/** Where a step leads from `at`; from nowhere to the first or the last. Ends stay ends. */
export function stepFrom(ids: readonly string[], at: string | null, by: 1 | -1): string | undefined {
  const place = ids.indexOf(at ?? "");
  const target = place < 0 ? (by > 0 ? 0 : ids.length - 1) : place + by;
  return ids[Math.min(Math.max(target, 0), ids.length - 1)];
}
