import assert from "node:assert/strict";
import { test } from "node:test";
import { isTextMeant } from "./pasting";

test("cells and paragraphs come as text, though a picture of them comes along", () => {
  assert.equal(isTextMeant("Order\t4711\r\nPaid\tyes\r\n", ["image.png"]), true);
  assert.equal(isTextMeant("see photo.png", ["photo.png"]), true);
});

test("files that were copied come as files, though their names come along", () => {
  assert.equal(isTextMeant("", ["photo.png"]), false);
  assert.equal(isTextMeant(" \n", ["photo.png"]), false);
  assert.equal(isTextMeant("photo.png", ["photo.png"]), false);
  assert.equal(isTextMeant("a.png\rb c.png", ["a.png", "b c.png"]), false);
  assert.equal(isTextMeant("file:///home/vera/b%20c.png\n", ["b c.png"]), false);
  assert.equal(isTextMeant("C:\\Users\\Vera\\100%.png", ["100%.png"]), false);
});
