import assert from "node:assert/strict";
import { test } from "node:test";
import { isComposing } from "./composing";

test("a key belongs to the input method while it composes, and in Safari also the one that ends it", () => {
  for (const keyCode of [13, 27]) {
    assert.equal(isComposing({ isComposing: true, keyCode }), true);
    assert.equal(isComposing({ isComposing: false, keyCode }), false);
  }
  assert.equal(isComposing({ isComposing: false, keyCode: 229 }), true);
});
