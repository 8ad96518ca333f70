import assert from "node:assert/strict";
import { test } from "node:test";
import { reconnectDelay, verdictOn } from "./backoff";
import { decodeFrame } from "./frames";
import { Heartbeat } from "./heartbeat";
import { newId } from "./ids";
import { Lane } from "./lane";
import type { OutboxEntry } from "./outbox";
import { event } from "./testing";
import { SeqTracker } from "./tracker";

test("reconnect delay stays in 0.5 to 30 s and spreads over the whole window", () => {
  for (let attempt = 0; attempt < 40; attempt++) {
    assert.ok(reconnectDelay(attempt, () => 0) === 500);
    assert.ok(reconnectDelay(attempt, () => 1) <= 30_000);
  }
  assert.equal(reconnectDelay(0, () => 1), 1_000);
  assert.equal(reconnectDelay(30, () => 1), 30_000);
});

test("every close code has a verdict", () => {
  assert.deepEqual([4401, 4403].map((code) => verdictOn(code).kind), ["fatal", "fatal"]);
  assert.equal(verdictOn(4409).kind, "epoch");
  for (const code of [1000, 1001, 1006, 1012, 1013, 4400, 4408, 4410, 4429]) assert.equal(verdictOn(code).kind, "retry");
});

test("a heartbeat probes at once when doubted, and any frame calms it", () => {
  const beat = new Heartbeat({ serverInterval: 25_000 }, 0);
  assert.equal(beat.tick(24_999), "wait");
  beat.doubt(10);
  assert.equal(beat.tick(10), "probe");
  assert.equal(beat.tick(1_009), "wait");
  beat.heard(1_010);
  assert.equal(beat.dueIn(1_010), 25_000);
  assert.deepEqual([26_010, 27_010, 29_010, 33_010].map((now) => beat.tick(now)), ["probe", "probe", "probe", "dead"]);
});

test("the tracker survives any order, repetition and loss", () => {
  let seed = 7;
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  for (let round = 0; round < 200; round++) {
    const tracker = new SeqTracker(0);
    const shown: number[] = [];
    const arrivals = Array.from({ length: 60 }, () => 1 + Math.floor(random() * 20));
    for (const seq of arrivals) shown.push(...tracker.accept(event(seq)).map((one) => one.seq));
    if (tracker.isBehind)
      for (let seq = tracker.last + 1; seq <= 20; seq++) shown.push(...tracker.accept(event(seq)).map((one) => one.seq));
    assert.deepEqual(shown, Array.from({ length: shown.length }, (_, index) => index + 1));
    assert.ok(!tracker.isBehind);
  }
});

test("the tracker holds a bounded number of events and never forgets that it is behind", () => {
  const tracker = new SeqTracker(0);
  for (let seq = 2; seq < 2_000; seq++) tracker.accept(event(seq));
  assert.ok(tracker.accept(event(1)).length <= 257);
  assert.ok(tracker.isBehind);
});

test("an internal error is tried again, but not for ever", () => {
  const lane = new Lane();
  const entry = { client_id: "a", conversation: null } as OutboxEntry;
  lane.add(entry);
  const kinds = Array.from({ length: 5 }, () => (lane.take(), lane.refused(entry, "internal", null).kind));
  assert.deepEqual(kinds, ["again", "again", "again", "again", "failed"]);
  assert.equal(lane.entries.length, 0);
});

test("ids are version 7, unique, and sort by the order they were made in", () => {
  const ids = Array.from({ length: 5_000 }, () => newId());
  assert.match(ids[0]!, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual([...new Set(ids)].sort(), ids);
});

test("what is not an envelope is no frame", () => {
  for (const raw of ["", "null", "[]", "1", '{"data":{}}', '{"type":1}', new ArrayBuffer(1)]) assert.equal(decodeFrame(raw), null);
  assert.deepEqual(decodeFrame('{"type":"pong"}')!.data, {});
});
