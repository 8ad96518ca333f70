import assert from "node:assert/strict";
import { test } from "node:test";
import type { Filters, Row } from "../wire";
import { countFilters, filterQuery, matches, readFilters, toggled, without } from "./filters";

const ME = "alice";

function row(change: Partial<Row> = {}): Row {
  return {
    id: "r", status: "assigned", agent: { id: ME, name: "Alice" }, queue: { id: "q1", name: "General" }, tags: ["t1"], priority: 2,
    language: "en", rating: null, unread: 0, left_message: false, snoozed_until_ts: null, awaiting_since_ts: null, created_ts: 100,
    active_ts: 200, ...change,
  } as Row;
}

test("an address carries filters there and back", () => {
  const filters: Filters = { status: ["waiting", "closed"], agent: ["me"], priority: [4, 1], unread: true, snoozed: false, created_from: 5, text: "a,b" };
  assert.deepEqual(readFilters(new URLSearchParams(filterQuery(filters))), filters);
  assert.equal(countFilters(filters), 7);
});

test("what is no filter is left out", () => {
  const read = readFilters(new URLSearchParams("priority=x,2&unread=perhaps&created_from=-1&view=mine&text=&tag=,"));
  assert.deepEqual(read, { priority: [2] });
});

test("values go in and out", () => {
  const one = toggled({}, "priority", 3);
  assert.deepEqual(toggled(one, "priority", 4), { priority: [3, 4] });
  assert.deepEqual(toggled(one, "priority", 3), {});
  assert.deepEqual(without({ unread: true, tag: ["x"] }, "unread"), { tag: ["x"] });
});

test("rows are judged as the server judges them", () => {
  const cases: [Filters, Partial<Row>, boolean][] = [
    [{}, {}, true],
    [{}, { status: "closed" }, false],
    [{ status: ["closed"] }, { status: "closed" }, true],
    [{ agent: ["me"] }, {}, true],
    [{ agent: ["none"] }, { agent: null }, true],
    [{ agent: ["none", "me"] }, { agent: { id: "bob", name: "Bob" } }, false],
    [{ queue: ["q2"] }, {}, false],
    [{ tag: ["t2", "t1"] }, {}, true],
    [{ tag: ["t2"] }, {}, false],
    [{ priority: [4] }, { priority: 4 }, true],
    [{ rating: [1] }, {}, false],
    [{ unread: true }, { unread: 3 }, true],
    [{ snoozed: false }, { snoozed_until_ts: 5 }, false],
    [{ awaiting: true }, { awaiting_since_ts: 5 }, true],
    [{ created_from: 100, created_to: 101 }, {}, true],
    [{ created_from: 101 }, {}, false],
    [{ active_to: 200 }, {}, false],
  ];
  for (const [filters, change, expected] of cases) assert.equal(matches(filters, row(change), ME), expected, JSON.stringify([filters, change]));
});
