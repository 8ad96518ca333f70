import assert from "node:assert/strict";
import { test } from "node:test";
import { LostField } from "./lost_field";

const key = (pressed: string, at: number, isModified = false) => ({ key: pressed, at, isModified });

function writing(): { lost: LostField<string>; vanish: () => void } {
  let isThere = true;
  return { lost: new LostField<string>(() => isThere), vanish: () => (isThere = false) };
}

test("what is typed on into a field that vanished is no shortcut, until one pauses", () => {
  const { lost, vanish } = writing();
  lost.noteTyped("composer", key("h", 0));
  assert.equal(lost.takes(key("e", 100)), false, "it is there: who left it means the key");
  vanish();
  for (const at of [200, 1_500, 2_800]) assert.equal(lost.takes(key("e", at)), true, String(at));
  assert.equal(lost.takes(key("e", 4_400)), false);
  assert.equal(lost.takes(key("e", 4_500)), false);
});

test("keys that are meant go on working", () => {
  const { lost, vanish } = writing();
  lost.noteTyped("composer", key("h", 0));
  vanish();
  assert.equal(lost.takes(key("k", 100, true)), false);
  assert.equal(lost.takes(key("Escape", 100)), false);
  for (const ends of ["Enter", "Escape", "Tab"]) {
    lost.noteTyped("composer", key("h", 0));
    lost.noteTyped("composer", key(ends, 50));
    assert.equal(lost.takes(key("j", 100)), false, ends);
  }
});
