import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { MAX_TICKED, rangeOf, tick, tickAll, ticked, untick, untickAll } from "./ticks";

const ids = ["a", "b", "c", "d", "e"];
const now = (): string => [...ticked.value].sort().join("");

beforeEach(untickAll);

test("a range holds both its ends, in either direction", () => {
  assert.deepEqual(rangeOf(ids, "b", "d"), ["b", "c", "d"]);
  assert.deepEqual(rangeOf(ids, "d", "b"), ["b", "c", "d"]);
  assert.deepEqual(rangeOf(ids, "gone", "b"), ["b"]);
  assert.deepEqual(rangeOf(ids, null, "b"), ["b"]);
});

test("shift makes all up to here as the one before", () => {
  tick("b", ids);
  tick("d", ids, true);
  assert.equal(now(), "bcd");
  tick("c", ids);
  tick("e", ids, true);
  assert.equal(now(), "b");
});

test("no more than the server does at once", () => {
  const many = Array.from({ length: 300 }, (_, n) => `r${n}`);
  tickAll(many);
  assert.equal(ticked.value.size, MAX_TICKED);
  untick("r0");
  assert.equal(ticked.value.size, MAX_TICKED - 1);
});
