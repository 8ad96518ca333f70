import assert from "node:assert/strict";
import { test } from "node:test";
import { localInput, snoozeChoices } from "./snooze";

const at = (text: string): number => new Date(text).getTime();

test("mornings are mornings, whatever the hour is now", () => {
  for (const now of ["2026-11-25T00:30", "2026-11-25T12:00", "2026-11-25T23:59"]) {
    const until = Object.fromEntries(snoozeChoices(at(now)).map((one) => [one.choice, one.until]));
    assert.equal(until.tomorrow, at("2026-11-26T09:00"));
    assert.equal(until.monday, at("2026-11-30T09:00"));
    assert.equal(until.week, at("2026-12-02T09:00"));
  }
});

test("on a Sunday, Monday is tomorrow; on a Monday it is the next", () => {
  const names = (now: string): string[] => snoozeChoices(at(now)).map((one) => one.choice);
  assert.ok(!names("2026-11-29T10:00").includes("monday"));
  assert.equal(snoozeChoices(at("2026-11-30T10:00")).find((one) => one.choice === "monday")?.until, at("2026-12-07T09:00"));
});

test("all are still to come", () => {
  for (let hour = 0; hour < 24 * 8; hour++) {
    const now = at("2026-03-27T00:00") + hour * 3_600_000;
    for (const { until } of snoozeChoices(now)) assert.ok(until > now);
  }
});

test("a field for a time shows local time", () => {
  assert.equal(localInput(at("2026-01-05T07:08")), "2026-01-05T07:08");
});
