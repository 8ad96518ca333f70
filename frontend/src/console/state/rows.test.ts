import assert from "node:assert/strict";
import { test } from "node:test";
import type { Row } from "../wire";
import { holdRows, putRow, rowOf, sweepRows } from "./rows";

const made = (id: string, given: Partial<Row> = {}): Row => ({ id, top: 1, status: "closed", visitor: { id, online: null }, ...given }) as Row;

test("closed rows that nobody holds are let go of, the others stay", () => {
  holdRows(() => ["looked-at"]);
  putRow(made("looked-at"));
  putRow(made("open", { status: "waiting" }));
  let most = 0;
  const ids: string[] = [];
  for (let number = 0; number < 5_000; number++) {
    ids.push(putRow(made(`c${number}`)).peek().id);
    putRow(made(`b${number}`, { status: "waiting", brand: "globex" }));
    sweepRows();
    if (number % 100 === 0) most = Math.max(most, ids.filter((id) => rowOf(id)).length);
  }
  assert.ok(most < 1_000, `${most} were kept at once`);
  assert.ok(rowOf("looked-at") && rowOf("open"));
  assert.equal(ids.filter((id) => rowOf(id)).length < 1_000, true);
});

test("many open rows are not looked through each time", () => {
  for (let number = 0; number < 3_000; number++) putRow(made(`open${number}`, { status: "waiting" }));
  assert.equal(sweepRows(), true);
  putRow(made("one-more", { status: "waiting" }));
  assert.equal(sweepRows(), false);
  assert.ok(rowOf("open0") && rowOf("open2999"));
});
