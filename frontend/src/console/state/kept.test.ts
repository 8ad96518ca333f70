import assert from "node:assert/strict";
import { test } from "node:test";
import type { VisitorSummary } from "../wire";
import { keptOf } from "./kept";

const summary = (id: string, fields: Partial<VisitorSummary> = {}): VisitorSummary => ({
  id, name: "", email: "", phone: "", identified: false, online: false, conversations: 1, last_seen_ts: null, created_ts: 0, ...fields,
});

test("who stays: the identified one, then who is online, then who is on the screen", () => {
  const shown = summary("shown");
  assert.equal(keptOf(shown, summary("other")).id, "shown");
  assert.equal(keptOf(shown, summary("other", { online: true })).id, "other");
  assert.equal(keptOf({ ...shown, identified: true }, summary("other", { online: true })).id, "shown");
  assert.equal(keptOf({ ...shown, online: true }, summary("other", { identified: true })).id, "other");
});
