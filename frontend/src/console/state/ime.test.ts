import assert from "node:assert/strict";
import { test } from "node:test";
import { isComposing } from "./ime";

test("a key is the input method's while it composes, and in Safari once more as it ends", () => {
  assert.equal(isComposing({ isComposing: true, keyCode: 13 }), true);
  assert.equal(isComposing({ isComposing: false, keyCode: 229 }), true);
  assert.equal(isComposing({ isComposing: false, keyCode: 13 }), false);
});
