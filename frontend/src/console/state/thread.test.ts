import "../testing";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogEvent } from "../../engine";
import { Thread } from "./thread";

const message = (seq: number): LogEvent => {
  const author = { kind: "visitor", id: "vera", name: "Vera" };
  const data = { client_id: `c${seq}`, kind: "text", text: `m${seq}`, html: "", files: [], author };
  return { type: "message.created", id: `e${seq}`, conversation: "x", seq, ts: seq, data };
};

test("what a snapshot brought before its event came is shown once", () => {
  const thread = new Thread("x");
  thread.events.value = [message(1), message(2)];
  thread.receive(message(2));
  thread.receive(message(3));
  assert.deepEqual(thread.events.value.map(({ seq }) => seq), [1, 2, 3]);
});

test("files that wait to be sent are there again after a reload", () => {
  const file = { id: "f1", name: "label.png", size: 5, content_type: "image/png", url: "/f1", width: 4, height: 3 };
  const thread = new Thread("x");
  thread.addPending({ client_id: "c9", kind: "file", file_ids: ["f1"], files: [file], type: "message.create", conversation: "x", created_ts: 1, failed: null });
  assert.deepEqual(thread.pending.value[0]!.files, [file]);
});
