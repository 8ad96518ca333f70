import assert from "node:assert/strict";
import { test } from "node:test";
import type { Row } from "../wire";
import { bellOf } from "./bell";

const NOW = 1_800_000_000_000;
const row = (changes: Partial<Row>): Row =>
  ({ id: "c", status: "assigned", agent: { id: "me", name: "Me" }, last_message: null, waiting_since_ts: null, ...changes }) as Row;
const said = (ts: number, author_kind = "visitor") => ({ text: "x", author_kind, author_name: "", ts }) as Row["last_message"];

test("a visitor's message in one's own conversation rings once", () => {
  const before = row({ last_message: said(NOW - 9_000) });
  const after = row({ last_message: said(NOW - 500) });
  assert.equal(bellOf(before, after, "me", NOW), "message");
  assert.equal(bellOf(after, after, "me", NOW), null);
  assert.equal(bellOf(before, row({ last_message: said(NOW, "agent") }), "me", NOW), null);
  assert.equal(bellOf(undefined, after, "me", NOW), "message");
});

test("being given a conversation and a visitor who begins to wait ring", () => {
  const waiting = row({ status: "waiting", agent: null, waiting_since_ts: NOW - 1_000 });
  assert.equal(bellOf(waiting, row({}), "me", NOW), "assigned");
  assert.equal(bellOf(undefined, waiting, "me", NOW), "waiting");
  assert.equal(bellOf(waiting, waiting, "me", NOW), null);
});

test("old news, others' conversations and closed ones do not", () => {
  assert.equal(bellOf(undefined, row({ last_message: said(NOW - 60_000) }), "me", NOW), null);
  assert.equal(bellOf(undefined, row({ agent: { id: "bo", name: "Bo" }, last_message: said(NOW) }), "me", NOW), null);
  assert.equal(bellOf(undefined, row({ status: "closed", last_message: said(NOW) }), "me", NOW), null);
});
