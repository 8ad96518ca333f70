import assert from "node:assert/strict";
import { test } from "node:test";
import { isComposing } from "./composing";

test("a key belongs to the input method while it composes, and in Safari also the one that ends it", () => {
  assert.equal(isComposing({ isComposing: true, keyCode: 27 }), true);
  assert.equal(isComposing({ isComposing: false, keyCode: 229 }), true);
  assert.equal(isComposing({ isComposing: false, keyCode: 27 }), false);
});
