import assert from "node:assert/strict";
import { test } from "node:test";
import { usually } from "./usually";

test("is rounded up, and the more coarsely the longer it takes", () => {
  assert.equal(usually(1), "Usually answers within a minute");
  assert.equal(usually(60), "Usually answers within a minute");
  assert.equal(usually(61), "Usually answers in 2 minutes");
  assert.equal(usually(45 * 60), "Usually answers in 45 minutes");
  assert.equal(usually(45 * 60 + 1), "Usually answers in about an hour");
  assert.equal(usually(90 * 60), "Usually answers in about an hour");
  assert.equal(usually(90 * 60 + 1), "Usually answers the same day");
});

test("says only that they are there where it is not known", () => {
  assert.equal(usually(null), "Online now");
});
