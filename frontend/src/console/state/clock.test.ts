import "../testing";
import assert from "node:assert/strict";
import { test } from "node:test";
import { noteServerTime, now, serverNow } from "./clock";

test("ages go by the server's clock, however wrong one's own is", () => {
  const hour = 3_600_000;
  noteServerTime(Date.now() + hour);
  assert.ok(Math.abs(now.value - Date.now() - hour) < 1_000, "at once, not with the next tick");
  assert.ok(Math.abs(serverNow() - Date.now() - hour) < 1_000);
});
