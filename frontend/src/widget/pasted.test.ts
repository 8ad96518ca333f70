import assert from "node:assert/strict";
import { test } from "node:test";
import { filesMeant } from "./pasted";

const files = (...names: string[]) => names.map((name) => new File(["x"], name));

test("files without a text, or with their own names, are pasted", () => {
  assert.equal(filesMeant(files("image.png"), "").length, 1);
  assert.equal(filesMeant(files("tent.jpg", "order.pdf"), "tent.jpg\rorder.pdf").length, 2);
});

test("a picture that an office program puts beside its text is not", () => {
  assert.equal(filesMeant(files("image.png"), "Tent\t2\t€180").length, 0);
});
