import assert from "node:assert/strict";
import { test } from "node:test";
import { dayOf, momentOf } from "./days";

process.env.TZ = "Europe/Berlin";
const at = (text: string): number => new Date(text).getTime();
const now = at("2026-03-27T22:30:00"); // a Friday; the clocks change on Sunday

test("days near are named, others dated", () => {
  assert.equal(dayOf(at("2026-03-27T00:10:00"), now), "today");
  assert.equal(dayOf(at("2026-03-28T00:10:00"), now), "tomorrow");
  assert.equal(dayOf(at("2026-03-26T23:50:00"), now), "yesterday");
  assert.equal(dayOf(at("2026-03-29T23:50:00"), now), "Sunday");
  assert.equal(dayOf(at("2026-04-02T00:10:00"), now), "Thursday");
  assert.equal(dayOf(at("2026-04-03T00:10:00"), now), "3 Apr 2026");
  assert.equal(dayOf(at("2026-03-20T12:00:00"), now), "20 Mar 2026");
});

test("a day of 23 hours is a day", () => {
  const sunday = at("2026-03-29T00:30:00");
  assert.equal(dayOf(at("2026-03-30T00:10:00"), sunday), "tomorrow");
  // The hour is in the zone that the browser started in.
  assert.match(momentOf(at("2026-03-30T09:00:00"), sunday), /^tomorrow at \d\d:00$/);
});
