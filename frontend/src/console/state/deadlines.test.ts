import assert from "node:assert/strict";
import { test } from "node:test";
import type { Row } from "../wire";
import { levelOf, replyDeadline, resolutionDeadline } from "./deadlines";

const row = (given: Partial<Row>): Row =>
  ({
    status: "waiting", snoozed_until_ts: null, awaiting_since_ts: null, waiting_since_ts: 1000, reply_due_ts: null,
    resolve_due_ts: null, created_ts: 0, ...given,
  }) as Row;

test("amber at half, red at the end", () => {
  assert.deepEqual([0, 49, 50, 99, 100, 500].map((now) => levelOf(0, 100, now)), [
    "calm", "calm", "soon", "soon", "late", "late",
  ]);
  assert.equal(levelOf(0, null, 1e9), "calm");
});

test("the clock runs from the first message that nobody answered", () => {
  const waits = row({ status: "assigned", awaiting_since_ts: 2000, reply_due_ts: 4000 });
  assert.deepEqual(replyDeadline(waits, 3000), { since: 2000, due: 4000, level: "soon" });
  assert.deepEqual(replyDeadline(row({}), 9000), { since: 1000, due: null, level: "calm" });
});

test("nobody waits where it was answered, closed or is asleep", () => {
  assert.equal(replyDeadline(row({ status: "assigned" }), 3000), null);
  assert.equal(replyDeadline(row({ status: "closed", awaiting_since_ts: 1 }), 3000), null);
  assert.equal(replyDeadline(row({ awaiting_since_ts: 1, snoozed_until_ts: 9000 }), 3000), null);
});

test("a resolution that is promised", () => {
  assert.equal(resolutionDeadline(row({}), 5), null);
  assert.deepEqual(resolutionDeadline(row({ resolve_due_ts: 10 }), 10), { since: 0, due: 10, level: "late" });
  assert.equal(resolutionDeadline(row({ resolve_due_ts: 10, status: "closed" }), 5), null);
});
