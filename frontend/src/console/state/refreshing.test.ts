import assert from "node:assert/strict";
import { test } from "node:test";
import { refreshing, sameOr } from "./refreshing";

function asked() {
  const world = { now: 0, count: 0, fails: false };
  const load = refreshing(
    () => (world.count++, world.fails ? Promise.reject(new Error("offline")) : Promise.resolve()),
    () => world.now,
  );
  return { world, load };
}

test("what is young enough for its reader is not asked for again", async () => {
  const { world, load } = asked();
  await load(3_000);
  world.now = 2_999;
  await load(3_000);
  assert.equal(world.count, 1);
  await load(1_000);
  assert.equal(world.count, 2);
  world.now = 6_000;
  await load(3_000);
  assert.equal(world.count, 3);
});

test("two who ask at once share the answer", async () => {
  const { world, load } = asked();
  await Promise.all([load(), load(0)]);
  assert.equal(world.count, 1);
});

test("an answer that did not come is asked for again", async () => {
  const { world, load } = asked();
  world.fails = true;
  await load();
  world.fails = false;
  await load();
  assert.equal(world.count, 2);
});

test("the same answer stays the same object", () => {
  const known = [{ id: "a" }];
  assert.equal(sameOr(known, [{ id: "a" }]), known);
  assert.deepEqual(sameOr(known, [{ id: "b" }]), [{ id: "b" }]);
});
