import assert from "node:assert/strict";
import { test } from "node:test";
import { standing } from "./standing";

const at = (place: number, wait_seconds: number | null = null) => standing({ place, wait_seconds, can_leave_message: false });

test("says the place as people count", () => {
  assert.equal(at(1), "You are next in line");
  const places = [2, 3, 4, 11, 12, 13, 21, 22, 101, 111, 112, 123].map((place) => at(place).split(" ")[2]);
  assert.deepEqual(places, ["2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "101st", "111th", "112th", "123rd"]);
});

test("an estimate is rounded up to minutes, and none is made up", () => {
  assert.equal(at(2, 30), "You are 2nd in line, about one minute");
  assert.equal(at(2, 61), "You are 2nd in line, about 2 minutes");
  assert.equal(at(2, 3_600), "You are 2nd in line, about 60 minutes");
  assert.equal(at(1, 3_601), "You are next in line, more than an hour");
  assert.equal(at(2, null), "You are 2nd in line");
});
