import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogEvent } from "../../engine";
import { answeredMeanwhile, seqAt } from "./collision";

const said = (seq: number, id: string, kind = "agent", more = {}): LogEvent =>
  ({ type: "message.created", id: `${seq}`, conversation: "c", seq, ts: seq * 1000, data: { author: { kind, id, name: id }, ...more } }) as LogEvent;

const log = [said(1, "vera", "visitor"), said(2, "me"), said(3, "bo"), said(4, "vera", "visitor")];

test("an answer by a colleague after the writing began is noticed", () => {
  assert.equal(answeredMeanwhile(log, 2, "me")?.seq, 3);
  assert.equal(answeredMeanwhile(log, 3, "me"), null);
  assert.equal(answeredMeanwhile(log, 0, "bo")?.seq, 2);
});

test("notes, visitors and what was taken back are no answers", () => {
  const quiet = [said(5, "vera", "visitor"), { ...said(6, "bo"), type: "note.created" }, said(7, "bo", "agent", { recalled: true })];
  assert.equal(answeredMeanwhile(quiet, 0, "me"), null);
});

test("a draft that is older than the page was begun where the log stood then", () => {
  assert.equal(seqAt(log, 2500), 2);
  assert.equal(seqAt(log, 1), 0);
  assert.equal(seqAt([], 1), 0);
});
