import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogEvent } from "../../engine";
import { applyCorrection, layoutLog, underLive } from "./log";

const VERA = { kind: "visitor", id: "vera", name: "Vera" } as const;
const ALICE = { kind: "agent", id: "alice", name: "Alice" } as const;
const NOON = new Date(2026, 10, 23, 12).getTime();
const MINUTE = 60_000;

function message(seq: number, minute: number, author: object = VERA, type = "message.created"): LogEvent {
  const data = { client_id: `c${seq}`, kind: "text", text: `m${seq}`, html: "", files: [], author };
  return { type, id: `e${seq}`, conversation: "x", seq, ts: NOON + minute * MINUTE, data };
}

const kinds = (events: LogEvent[], newAfter: number | null = null, pending: any[] = []) =>
  layoutLog({ events, pending, newAfter, me: ALICE }).map((block) => (block.kind === "run" ? block.entries.length : block.kind));

test("messages of one author stand together until five minutes pass", () => {
  assert.deepEqual(kinds([message(1, 0), message(2, 1), message(3, 9)]), ["day", 2, 1]);
});

test("another author, a note and another day begin anew", () => {
  const events = [message(1, 0), message(2, 0, ALICE), message(3, 0, ALICE, "note.created"), message(4, 24 * 60, ALICE)];
  assert.deepEqual(kinds(events), ["day", 1, 1, 1, "day", 1]);
});

test("the New line stands before the first unread message", () => {
  assert.deepEqual(kinds([message(1, 0), message(2, 1), message(3, 2)], 2), ["day", 2, "new", 1]);
});

test("events without a sentence leave no trace", () => {
  const advanced = { ...message(2, 0), type: "conversation.advanced", data: {} };
  assert.deepEqual(kinds([message(1, 0), advanced, message(3, 1)]), ["day", 2]);
});

test("a sent message keeps the key of its unsent bubble", () => {
  const unsent = { client_id: "c7", isNote: false, text: "m7", files: [], ts: NOON, failed: null };
  const before = layoutLog({ events: [], pending: [unsent], newAfter: null, me: ALICE }).at(-1)!;
  const after = layoutLog({ events: [message(7, 0, ALICE)], pending: [], newAfter: null, me: ALICE }).at(-1)!;
  assert.equal(before.key, after.key);
});

test("a correction changes its message, once and for good", () => {
  const said = [message(1, 0), message(2, 1, ALICE)];
  const event = (type: string, data: object): LogEvent => ({ type, id: "x", conversation: "x", seq: 3, ts: NOON, data });
  const edit = event("message.edited", { message: "e2", text: "new", html: "<p>new</p>", edited_ts: 7 });
  const edited = applyCorrection(said, edit);
  assert.deepEqual(edited.map((one) => one.data.text), ["m1", "new"]);
  assert.equal(edited[0], said[0], "what did not change is not drawn again");
  assert.deepEqual(applyCorrection(edited, edit), edited);
  const recalled = applyCorrection(edited, event("message.recalled", { message: "e2" }));
  assert.deepEqual([recalled[1]!.data.text, recalled[1]!.data.recalled], ["", true]);
  assert.equal(applyCorrection(recalled, edit), recalled, "a late edit does not bring it back");
  assert.equal(applyCorrection(said, event("message.edited", { message: "gone" })), said);
  assert.equal(applyCorrection(said, message(3, 2)), said);
  assert.deepEqual(kinds([...edited, edit]), ["day", 1, 1], "the correction itself is no line of the log");
});

test("a snapshot takes nothing away that came live while it was on its way", () => {
  const edit: LogEvent = { ...message(4, 2), type: "message.edited", data: { message: "e2", text: "new", html: "new", edited_ts: 7 } };
  const snapshot = [message(1, 0), message(2, 1)];
  const texts = (shown: LogEvent[]) => underLive(snapshot, shown).map(({ seq, data }) => [seq, data.text]);
  assert.deepEqual(texts([message(2, 1), message(3, 2), edit]), [[1, "m1"], [2, "new"], [3, "m3"], [4, "new"]]);
  assert.deepEqual(texts([message(1, 0)]), [[1, "m1"], [2, "m2"]], "what the snapshot knows is taken from it");
});
