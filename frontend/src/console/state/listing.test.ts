import assert from "node:assert/strict";
import { test } from "node:test";
import type { Row } from "../wire";
import { appendRows, belongs, compareIn, isMember, placeRow, stepFrom, underFirstPage } from "./listing";

const ALICE = { id: "alice", name: "Alice" };

function row(id: string, ts: number, change: Partial<Row> = {}): Row {
  return { id, status: "assigned", agent: ALICE, active_ts: ts, created_ts: ts, last_message: null, snoozed_until_ts: null, tags: [], priority: 2, ...change } as Row;
}

function shelf(...rows: Row[]) {
  const byId = new Map(rows.map((one) => [one.id, one]));
  return { ids: rows.map((one) => one.id), lookup: (id: string) => byId.get(id), byId };
}

test("a row with news moves to the top", () => {
  const { ids, lookup, byId } = shelf(row("a", 30), row("b", 20), row("c", 10));
  const moved = row("c", 40);
  byId.set("c", moved);
  assert.deepEqual(placeRow(ids, moved, { isMember: true, isWhole: true, lookup }), ["c", "a", "b"]);
});

test("a row that no longer belongs leaves", () => {
  const { ids, lookup } = shelf(row("a", 30), row("b", 20));
  assert.deepEqual(placeRow(ids, row("b", 20), { isMember: false, isWhole: true, lookup }), ["a"]);
});

test("a row behind the last loaded page is left to paging", () => {
  const { ids, lookup } = shelf(row("a", 30), row("b", 20));
  const old = row("z", 1);
  assert.deepEqual(placeRow(ids, old, { isMember: true, isWhole: false, lookup }), ["a", "b"]);
  assert.deepEqual(placeRow(ids, old, { isMember: true, isWhole: true, lookup }), ["a", "b", "z"]);
});

test("a page never shows a row twice", () => {
  assert.deepEqual(appendRows(["a", "b"], [row("b", 20), row("c", 10)]), ["a", "b", "c"]);
});

test("views hold what the server puts in them", () => {
  const waiting = row("w", 1, { status: "waiting", agent: null });
  const closed = row("x", 1, { status: "closed" });
  const asleep = row("s", 1, { snoozed_until_ts: 9 });
  const views = (one: Row) => (["mine", "unassigned", "all", "snoozed", "closed"] as const).filter((view) => belongs(view, one, "alice"));
  assert.deepEqual(views(waiting), ["unassigned", "all"]);
  assert.deepEqual(views(row("m", 1)), ["mine", "all"]);
  assert.deepEqual(views(asleep), ["all", "snoozed"]);
  assert.deepEqual(views(closed), ["closed"]);
});

test("who waits longest comes first among those who wait", () => {
  const waits = (id: string, since: number) => row(id, 100 - since, { status: "waiting", agent: null, waiting_since_ts: since });
  const { ids, lookup } = shelf(waits("a", 10), waits("b", 30));
  const compare = compareIn("unassigned");
  assert.deepEqual(placeRow(ids, waits("c", 20), { isMember: true, isWhole: true, lookup, compare }), ["a", "c", "b"]);
});

test("filters and saved views say who belongs; a search leaves it to the server", () => {
  const urgent = row("u", 1, { priority: 4 });
  const list = { view: "mine" as const, q: "", filters: {} };
  assert.equal(isMember(list, urgent, "alice"), true);
  assert.equal(isMember({ ...list, filters: { priority: [1] } }, urgent, "alice"), false);
  assert.equal(isMember({ ...list, view: "closed", filters: { priority: [4] } }, row("x", 1, { status: "closed", priority: 4 }), "alice"), true);
  assert.equal(isMember({ ...list, q: "parcel" }, urgent, "alice"), null);
  assert.equal(isMember({ ...list, filters: { text: "4711" } }, urgent, "alice"), null);
  assert.equal(isMember({ ...list, view: "0000", saved: { priority: [4] } }, urgent, "alice"), true);
  assert.equal(isMember({ ...list, view: "0000", saved: { agent: ["none"] } }, urgent, "alice"), false);
  assert.equal(isMember({ ...list, view: "0000" }, urgent, "alice"), null);
});

test("a first page read anew keeps what was loaded below it", () => {
  const { ids, lookup } = shelf(row("new", 60), row("a", 50), row("b", 40), row("gone", 35), row("c", 30), row("d", 20));
  const page = [row("new", 60), row("a", 50), row("b", 40), row("c", 30)];
  const options = { isWhole: false, isKept: () => false, lookup, compare: compareIn("brands") };
  assert.deepEqual(underFirstPage(ids.slice(1), page, options), ["new", "a", "b", "c", "d"]);
  assert.deepEqual(underFirstPage(ids.slice(1), page, { ...options, isWhole: true }), ["new", "a", "b", "c"]);
  assert.deepEqual(underFirstPage(ids, [], options), [], "nothing is there any more");
});

test("rows of a brand that could not be read stay where they stood", () => {
  const { ids, lookup } = shelf(row("a", 50), row("theirs", 45, { brand: "globex" }), row("b", 40));
  const isKept = (one: Row) => one.brand === "globex";
  const page = [row("a", 50), row("b", 40)];
  assert.deepEqual(underFirstPage(ids, page, { isWhole: true, isKept, lookup, compare: compareIn("brands") }), ["a", "theirs", "b"]);
});

test("over all brands the longest waiting come first too", () => {
  const compare = compareIn("brands-unassigned");
  assert.ok(compare(row("a", 90, { waiting_since_ts: 1 }), row("b", 10, { waiting_since_ts: 2 })) < 0);
  assert.equal(isMember({ view: "brands-unassigned", q: "", filters: {} }, row("a", 1), "alice"), null);
});

test("steps end at the ends and begin at the nearer one", () => {
  assert.equal(stepFrom(["a", "b"], "a", 1), "b");
  assert.equal(stepFrom(["a", "b"], "b", 1), "b");
  assert.equal(stepFrom(["a", "b"], null, 1), "a");
  assert.equal(stepFrom(["a", "b"], "elsewhere", -1), "b");
  assert.equal(stepFrom([], null, -1), undefined);
});
