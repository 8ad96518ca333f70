import assert from "node:assert/strict";
import { test } from "node:test";
import { fuzzyScore, rank } from "./fuzzy";

test("letters in order are found, others are not", () => {
  assert.notEqual(fuzzyScore("tfr", "Transfer"), null);
  assert.equal(fuzzyScore("rft", "Transfer"), null);
  assert.equal(fuzzyScore("", "anything"), 0);
  assert.notEqual(fuzzyScore("会话", "结束会话"), null);
});

test("whole words come before pieces, beginnings before middles", () => {
  const found = rank(["unclose", "Close", "c l o s e", "Close conversation"], "close", (one) => [one]);
  assert.deepEqual(found.slice(0, 2), ["Close", "Close conversation"]);
});

test("the best of several texts counts, the name before all", () => {
  const items = [{ a: "xx", b: "zz" }, { a: "zz", b: "hello" }, { a: "hello", b: "zz" }];
  assert.deepEqual(rank(items, "hello", ({ a, b }) => [a, b]), [items[2], items[1]]);
  assert.equal(rank([1, 2, 3], "", () => [""], 2).length, 2);
});
