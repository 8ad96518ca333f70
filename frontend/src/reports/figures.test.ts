import assert from "node:assert/strict";
import { test } from "node:test";
import { changeOf, eachHour, eachStretch, keptShare, niceStep, sortRows } from "./figures";
import { addDays, dayIn, daysBetween, presetOf, presetRange, questionQuery, readQuestion, stretchesOf, stretchOf } from "./question";
import type { Row } from "./wire";

const NOW = Date.UTC(2026, 10, 25, 20, 0);

test("a change is better or worse by what it is about", () => {
  assert.deepEqual(changeOf(110, 100, "more"), { percent: 10, kind: "better" });
  assert.deepEqual(changeOf(110, 100, "less"), { percent: 10, kind: "worse" });
  assert.deepEqual(changeOf(90, 100, "neither"), { percent: -10, kind: "plain" });
  assert.deepEqual(changeOf(5, 0, "more"), { percent: Infinity, kind: "better" });
  assert.deepEqual(changeOf(0, 0, "more"), { percent: 0, kind: "same" });
  assert.equal(changeOf(null, 3, "more"), null);
});

test("the kept share is of settled promises", () => {
  const none = { kept: 0, broken: 0 };
  assert.equal(keptShare({ first: none, next: none, resolution: none }), null);
  assert.equal(keptShare({ first: { kept: 3, broken: 1 }, next: none, resolution: none }), 0.75);
});

const row = (name: string | null, opened: number, p50: number | null): Row =>
  ({ key: name, name, opened, first_response: { count: 1, mean: p50, p50, p90: p50 } }) as Row;

test("rows are sorted by any column, and nothing stands last", () => {
  const rows = [row("b", 1, null), row("a", 3, 9), row(null, 2, 4)];
  assert.deepEqual(sortRows(rows, "opened", true).map((one) => one.opened), [3, 2, 1]);
  assert.deepEqual(sortRows(rows, "first_response", false).map((one) => one.first_response.p50), [4, 9, null]);
  assert.deepEqual(sortRows(rows, "first_response", true).map((one) => one.first_response.p50), [9, 4, null]);
  assert.deepEqual(sortRows(rows, "name", false).map((one) => one.name), ["a", "b", null]);
});

test("a day is that of the time zone", () => {
  assert.equal(dayIn("Asia/Shanghai", NOW), "2026-11-26");
  assert.equal(dayIn("America/New_York", NOW), "2026-11-25");
  assert.deepEqual(presetRange("7", "Asia/Shanghai", NOW), { from: "2026-11-20", to: "2026-11-26" });
  assert.deepEqual(presetRange("today", "UTC", NOW), { from: "2026-11-25", to: "2026-11-25" });
});

test("days are added over months and leap days", () => {
  assert.equal(addDays("2028-02-28", 1), "2028-02-29");
  assert.equal(addDays("2026-01-01", -1), "2025-12-31");
  assert.equal(daysBetween("2026-03-28", "2026-03-30"), 3);
});

test("the address says what is asked, and nonsense in it asks for four weeks", () => {
  const question = readQuestion("?from=2026-11-01&to=2026-11-07&tz=UTC&time=business&queue=q&tag=t&compare=false", "Asia/Shanghai", NOW);
  assert.deepEqual(question, { from: "2026-11-01", to: "2026-11-07", tz: "UTC", time: "business", queue: "q", agent: "", tag: "t", compare: false });
  assert.deepEqual(readQuestion(`?${questionQuery(question)}`, "UTC", NOW), question);
  const nonsense = readQuestion("?from=x&to=y&tz=Mars", "UTC", NOW);
  assert.equal(nonsense.tz, "UTC");
  assert.equal(presetOf(nonsense, NOW), "28");
});

test("days without anything are there", () => {
  const days = eachStretch([{ ...row("x", 1, 1), key: "2026-11-02" }], stretchesOf({ from: "2026-11-01", to: "2026-11-03" }));
  assert.deepEqual(days.map(({ day, row: found }) => [day, found?.opened ?? null]), [["2026-11-01", null], ["2026-11-02", 1], ["2026-11-03", null]]);
});

test("many days are taken by weeks, from the Monday on", () => {
  const range = { from: "2026-01-01", to: "2026-05-31" };
  assert.equal(stretchOf(range), "week");
  const weeks = stretchesOf(range);
  assert.deepEqual([weeks[0], weeks[1], weeks.at(-1)], ["2025-12-29", "2026-01-05", "2026-05-25"]);
  assert.equal(stretchOf({ from: "2026-01-01", to: "2026-04-30" }), "day");
});

test("all hours of the day are there", () => {
  const hours = eachHour([{ ...row("x", 2, 1), key: "7" }]);
  assert.equal(hours.length, 24);
  assert.deepEqual([hours[6]!.row, hours[7]!.hour, hours[7]!.row?.opened], [null, "7:00", 2]);
});

test("lines of durations are at whole minutes, hours and days", () => {
  assert.deepEqual([20, 300, 4000, 100_000].map(niceStep), [5, 60, 900, 21_600]);
});
