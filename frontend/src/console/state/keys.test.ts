import assert from "node:assert/strict";
import { test } from "node:test";
import { bindKeys, bindingOf, bindingsIn, keyCaps, keyOf } from "./keys";

const press = (key: string, more = {}) => keyOf({ key, ctrlKey: false, metaKey: false, altKey: false, ...more });

test("a key runs what the table says, and cannot be taken twice", () => {
  let runs = 0;
  bindKeys({ group: "move", keys: ["j"], label: "keyNext", run: () => runs++ });
  bindingOf("j")!.run!();
  assert.equal(runs, 1);
  assert.throws(() => bindKeys({ group: "move", keys: ["j"], label: "keyPrevious", run: () => {} }), /taken/);
});

test("a key that a field listens to is told and not run", () => {
  bindKeys({ group: "write", keys: ["Enter"], label: "keySend" });
  assert.equal(bindingOf("Enter"), undefined);
  assert.deepEqual(bindingsIn("write").map((one) => one.label), ["keySend"]);
});

test("Ctrl and Cmd are one; with Alt a key is the system's", () => {
  assert.equal(press("k", { ctrlKey: true }), "Mod+K");
  assert.equal(press("k", { metaKey: true }), "Mod+K");
  assert.equal(press("k"), "k");
  assert.equal(press("j", { altKey: true }), "");
});

test("keys are written as they stand on the keyboard", () => {
  assert.deepEqual(keyCaps({ keys: ["Mod+K"] }), ["Ctrl", "K"]);
  assert.deepEqual(keyCaps({ keys: ["Escape"] }), ["Esc"]);
  assert.deepEqual(keyCaps({ keys: ["1"], shown: "1 – 4" }), ["1", "–", "4"]);
});
