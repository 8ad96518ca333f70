import assert from "node:assert/strict";
import { test } from "node:test";
import type { Row } from "../wire";
import { bellOf, isMyAnswer, wasGivenSince } from "./bell";

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

test("being given one that this console never loaded rings, however old its last message is", () => {
  const given = row({ last_message: said(NOW - 3_600_000), assigned_ts: NOW - 500 });
  assert.equal(bellOf(undefined, given, "me", NOW), "assigned");
  assert.equal(bellOf(given, given, "me", NOW), null);
  assert.equal(bellOf(undefined, row({ assigned_ts: NOW - 3_600_000 }), "me", NOW), null, "mine for an hour");
  assert.equal(bellOf(undefined, { ...given, agent: { id: "bo", name: "Bo" } }, "me", NOW), null);
});

test("a list that is faster than the event tells of what was given since the page began", () => {
  const given = row({ assigned_ts: NOW - 500 });
  assert.equal(wasGivenSince(given, "me", NOW - 2_000, NOW), true);
  assert.equal(wasGivenSince(given, "me", NOW, NOW), false, "the page before has told of it");
  assert.equal(wasGivenSince(row({ assigned_ts: NOW - 30_000 }), "me", 0, NOW), false);
  assert.equal(wasGivenSince(given, "bo", 0, NOW), false);
});

test("my own answer of just now takes without ringing; a colleague's, or mine of yesterday, does not keep it quiet", () => {
  const answered = (author_name: string, ts: number) => row({ last_message: { ...said(ts, "agent")!, author_name } });
  assert.equal(isMyAnswer(answered("Me", NOW - 500), "Me", NOW), true);
  assert.equal(isMyAnswer(answered("Bo", NOW - 500), "Me", NOW), false);
  assert.equal(isMyAnswer(answered("Me", NOW - 86_400_000), "Me", NOW), false);
});

test("after a long silence of the answers, all since then is news", () => {
  const after = row({ last_message: said(NOW - 60_000) });
  assert.equal(bellOf(undefined, after, "me", NOW), null);
  assert.equal(bellOf(undefined, after, "me", NOW, 90_000), "message");
});
