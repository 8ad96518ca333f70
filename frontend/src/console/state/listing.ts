// Which rows a view shows and in which order. Pure: the inbox feeds it rows and keeps what it answers.
import type { Row, View } from "../wire";

export function belongs(view: View, row: Row, agent: string): boolean {
  switch (view) {
    case "mine":
      return row.status !== "closed" && row.agent?.id === agent;
    case "unassigned":
      return row.status === "waiting" && row.agent === null;
    case "all":
      return row.status !== "closed";
    case "closed":
      return row.status === "closed";
  }
}

export const lastActivity = (row: Row): number => row.active_ts ?? row.last_message?.ts ?? row.created_ts;

/** Newest activity first in every view, as the server pages them; ids break ties. */
export function compareRows(a: Row, b: Row): number {
  return lastActivity(b) - lastActivity(a) || (a.id < b.id ? 1 : -1);
}

type Lookup = (id: string) => Row | undefined;

/** The first position whose row sorts after `row`. */
function positionFor(ids: readonly string[], row: Row, lookup: Lookup): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = lookup(ids[middle]!);
    if (other && compareRows(other, row) < 0) low = middle + 1;
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
  options: { isMember: boolean; isWhole: boolean; lookup: Lookup },
): readonly string[] {
  const others = ids.includes(row.id) ? ids.filter((id) => id !== row.id) : ids;
  if (!options.isMember) return others;
  const position = positionFor(others, row, options.lookup);
  const wasShown = others !== ids;
  if (position === others.length && !options.isWhole && !wasShown) return others;
  return [...others.slice(0, position), row.id, ...others.slice(position)];
}

/** A further page behind what is shown; rows that moved up meanwhile are not shown twice. */
export function appendRows(ids: readonly string[], rows: readonly Row[]): readonly string[] {
  const shown = new Set(ids);
  return [...ids, ...rows.filter((row) => !shown.has(row.id)).map((row) => row.id)];
}
