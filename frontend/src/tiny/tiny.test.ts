import assert from "node:assert/strict";
import { test } from "node:test";
import { computed, effect, signal } from "./signals";
import { h } from "./view";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("computed values are worked out again only when something they read has changed", () => {
  const name = signal("Alice");
  const other = signal(1);
  let runs = 0;
  const greeting = computed(() => (runs++, `Hello ${name.value}`));
  assert.equal(greeting.value, "Hello Alice");
  other.value = 2;
  assert.equal(greeting.value, "Hello Alice");
  assert.equal(runs, 1);
  name.value = "Bob";
  assert.equal(greeting.value, "Hello Bob");
});

test("a computed value that stays the same wakes nobody behind it", async () => {
  const count = signal(1);
  const isMany = computed(() => count.value > 10);
  let runs = 0;
  effect(() => void (runs++, isMany.value));
  count.value = 2;
  await turn();
  assert.equal(runs, 1);
  count.value = 11;
  await turn();
  assert.equal(runs, 2);
});

test("changes of one moment are one run, peeking is none, and an ended effect is quiet", async () => {
  const a = signal(1);
  const b = signal(1);
  const seen: number[] = [];
  const stop = effect(() => void seen.push(a.value + b.peek()));
  a.value = 2;
  a.value = 3;
  b.value = 10;
  await turn();
  assert.deepEqual(seen, [2, 13]);
  b.value = 20;
  await turn();
  stop();
  a.value = 4;
  await turn();
  assert.deepEqual(seen, [2, 13]);
});

test("an element without children has no such prop, so that nothing looks changed", () => {
  assert.deepEqual(Object.keys(h("p", { class: "x" }).props), ["class"]);
  assert.deepEqual(h("p", null, "a", "b").props.children, ["a", "b"]);
});
