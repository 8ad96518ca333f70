// Filters of a list: between the address, the server and the rows at hand. Pure. The shape is agents/inbox/filters.py's.
import type { Filters, Row } from "../wire";

const LISTS = ["status", "agent", "queue", "tag", "language"] as const;
const NUMBER_LISTS = ["priority", "rating"] as const;
const FLAGS = ["unread", "left_message", "snoozed", "awaiting"] as const;
const NUMBERS = ["created_from", "created_to", "active_from", "active_to"] as const;
const FILTER_FIELDS = [...LISTS, ...NUMBER_LISTS, ...FLAGS, ...NUMBERS, "text"] as const;
export type FilterField = (typeof FILTER_FIELDS)[number];

/** As the query of the server (and of the address) has them: several values of one field between commas. */
export function filterQuery(filters: Filters): Record<string, string> {
  const query: Record<string, string> = {};
  for (const field of FILTER_FIELDS) {
    const value = filters[field];
    if (value === undefined || value === "" || (Array.isArray(value) && !value.length)) continue;
    query[field] = String(value);
  }
  return query;
}

/** Reads an address that anybody may have written: what is no filter is left out. */
export function readFilters(values: URLSearchParams): Filters {
  const filters: Filters = {};
  const set = (field: FilterField, value: unknown): void => void ((filters as Record<string, unknown>)[field] = value);
  const parts = (field: string): string[] => (values.get(field) ?? "").split(",").filter(Boolean);
  for (const field of LISTS) if (parts(field).length) set(field, parts(field));
  for (const field of NUMBER_LISTS) {
    const numbers = parts(field).filter((part) => /^\d$/.test(part)).map(Number);
    if (numbers.length) set(field, numbers);
  }
  for (const field of FLAGS) if (/^(true|false)$/.test(values.get(field) ?? "")) set(field, values.get(field) === "true");
  for (const field of NUMBERS) if (/^\d{1,13}$/.test(values.get(field) ?? "")) set(field, Number(values.get(field)));
  const text = values.get("text")?.slice(0, 100);
  if (text) set("text", text);
  return filters;
}

export const countFilters = (filters: Filters): number => Object.keys(filterQuery(filters)).length;

export function without(filters: Filters, ...fields: FilterField[]): Filters {
  return Object.fromEntries(Object.entries(filters).filter(([field]) => !fields.includes(field as FilterField)));
}

/** A value of a list put in, or taken out where it is there. */
export function toggled(filters: Filters, field: (typeof LISTS)[number] | (typeof NUMBER_LISTS)[number], value: string | number): Filters {
  const known = (filters[field] ?? []) as (string | number)[];
  const values = known.includes(value) ? known.filter((one) => one !== value) : [...known, value];
  return values.length ? { ...filters, [field]: values } : without(filters, field);
}

/** Whether a row can be judged here: what is known of its visitor besides the name is the server's alone. */
export const canJudge = (filters: Filters): boolean => !filters.text;

/** Whether the row belongs to a list with these filters; without a status: to what is open. */
export function matches(filters: Filters, row: Row, me: string): boolean {
  const has = (values: readonly unknown[] | undefined, value: unknown): boolean => !values?.length || values.includes(value);
  const reference = (values: readonly string[] | undefined, id: string | undefined, mine = ""): boolean =>
    !values?.length || values.some((one) => (one === "none" ? !id : one === "me" ? id === mine : one === id));
  const flag = (wanted: boolean | undefined, is: boolean): boolean => wanted === undefined || wanted === is;
  const within = (ts: number | null | undefined, from: number | undefined, to: number | undefined): boolean =>
    (from === undefined || (ts ?? 0) >= from) && (to === undefined || (ts ?? 0) < to);
  return (
    (filters.status?.length ? filters.status.includes(row.status) : row.status !== "closed") &&
    reference(filters.agent, row.agent?.id, me) &&
    reference(filters.queue, row.queue?.id) &&
    (!filters.tag?.length || filters.tag.some((tag) => row.tags.includes(tag))) &&
    has(filters.priority, row.priority) &&
    has(filters.language, row.language) &&
    has(filters.rating, row.rating) &&
    flag(filters.unread, row.unread > 0) &&
    flag(filters.left_message, row.left_message) &&
    flag(filters.snoozed, row.snoozed_until_ts !== null) &&
    flag(filters.awaiting, row.awaiting_since_ts !== null) &&
    within(row.created_ts, filters.created_from, filters.created_to) &&
    within(row.active_ts, filters.active_from, filters.active_to)
  );
}
