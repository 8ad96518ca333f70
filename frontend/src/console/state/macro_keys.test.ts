import assert from "node:assert/strict";
import { test } from "node:test";
import { keysById, macroKeyOf, macroKeys } from "./macro_keys";

const macro = (id: string, key = "", own = false) => ({ id, key, own });

test("without keys the place counts, up to nine", () => {
  const many = Array.from({ length: 11 }, (_, at) => macro(`m${at + 1}`));
  const keys = macroKeys(many);
  assert.equal(keys.get("1"), "m1");
  assert.equal(keys.get("9"), "m9");
  assert.equal(keys.size, 9);
});

test("a key of its own stays, wherever the macro stands", () => {
  const one = [macro("refund", "r"), macro("later")];
  const other = [macro("new"), macro("later"), macro("refund", "r")];
  for (const list of [one, other]) assert.equal(macroKeys(list).get("r"), "refund");
  assert.equal(macroKeys(one).get("1"), undefined, "it has a key: its place is nobody's");
  assert.equal(macroKeys(one).get("2"), "later");
});

test("a digit that is somebody's key is nobody's place", () => {
  const keys = macroKeys([macro("first"), macro("second", "1")]);
  assert.deepEqual([...keys], [["1", "second"]]);
  assert.equal(keysById([macro("first"), macro("second", "1")]).get("first"), undefined);
});

test("one's own goes before everybody's", () => {
  assert.equal(macroKeys([macro("all", "r"), macro("mine", "r", true)]).get("r"), "mine");
});

test("Alt and a key, also where Alt writes a sign", () => {
  const pressed = (key: string, code: string, more = {}) =>
    macroKeyOf({ key, code, altKey: true, ctrlKey: false, metaKey: false, ...more });
  assert.equal(pressed("r", "KeyR"), "r");
  assert.equal(pressed("Q", "KeyA"), "q", "an AZERTY keyboard says what is printed on the key");
  assert.equal(pressed("¡", "Digit1"), "1");
  assert.equal(pressed("ArrowLeft", "ArrowLeft"), "");
  assert.equal(pressed("1", "Digit1", { altKey: false }), "");
  assert.equal(pressed("1", "Digit1", { ctrlKey: true }), "", "that is AltGr");
});
