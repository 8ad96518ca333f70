// The rows of conversations by id, each a signal: a row that changes is drawn again by itself, wherever it is shown.
import { signal, type Signal } from "@preact/signals";
import type { Row } from "../wire";

const rows = new Map<string, Signal<Row>>();
let onChange: (before: Row, after: Row) => void = () => {};

/** Called with each change of a row that was known. */
export const watchChanges = (watch: typeof onChange): void => void (onChange = watch);

export const rowSignal = (id: string): Signal<Row> | undefined => rows.get(id);
export const rowOf = (id: string): Row | undefined => rows.get(id)?.peek();
export const dropRow = (id: string): boolean => rows.delete(id);

function write(known: Signal<Row>, row: Row): void {
  const before = known.peek();
  known.value = row;
  // Rows of other brands are in nobody's counts here.
  if (!row.brand) onChange(before, row);
}

export function putRow(row: Row): Signal<Row> {
  const known = rows.get(row.id);
  if (known) {
    const { online } = known.peek().visitor;
    // A page that was read before a live change may arrive after it.
    if (row.top < known.peek().top) return known;
    write(known, row.visitor.online === null ? { ...row, visitor: { ...row.visitor, online } } : row);
    return known;
  }
  const made = signal(row);
  rows.set(row.id, made);
  return made;
}

export function changeRow(id: string, change: (row: Row) => Row): void {
  const known = rows.get(id);
  if (known) write(known, change(known.peek()));
}

const holders: (() => Iterable<string>)[] = [];

/** Whoever shows rows names them here: those are kept. */
export const holdRows = (held: () => Iterable<string>): void => void holders.push(held);

const KEPT = 1_000;
let sweepAt = KEPT;

/**
 * Lets go of what is closed, or another brand's, and held by nobody: a console stays open for weeks, and hears of each
 * conversation. Open ones stay, counts and bells compare with them. Answers false as long as there are not twice as many
 * as the last time.
 */
export function sweepRows(): boolean {
  if (rows.size < sweepAt) return false;
  const held = new Set(holders.flatMap((of) => [...of()]));
  for (const [id, row] of rows) {
    const { status, brand } = row.peek();
    if ((status === "closed" || brand) && !held.has(id)) rows.delete(id);
  }
  sweepAt = Math.max(2 * rows.size, KEPT);
  return true;
}

export function noteOnline(visitor: string, online: boolean): void {
  for (const row of rows.values()) {
    const { visitor: whose } = row.peek();
    if (whose.id === visitor && whose.online !== online) {
      row.value = { ...row.peek(), visitor: { ...whose, online } };
    }
  }
}
