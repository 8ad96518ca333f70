import assert from "node:assert/strict";
import { test } from "node:test";
import type { Counts, Row } from "../wire";
import { DOUBT_MS, Doubts, REFRESH_MS, SETTLED_MS, shift } from "./counts";

const NONE: Counts = { mine: 0, unassigned: 0, all: 0, mentions: 0, snoozed: 0, closed: 0, unread: 0 };
const WAITING = { id: "a", status: "waiting", agent: null, unread: 0, snoozed_until_ts: null, mentions: [] } as unknown as Row;
const CLOSED = { ...WAITING, status: "closed" } as Row;
const MINE = { ...WAITING, status: "assigned", agent: { id: "alice", name: "Alice" }, unread: 3 } as Row;

/** A console and a server that counts. The server's answers and events are on their way for as long as a test says. */
function desk(waiting: number) {
  let now = 1_000_000;
  let atServer = { ...NONE, unassigned: waiting, all: waiting };
  const timers: { at: number; run: () => void }[] = [];
  const later = (ms: number, run: () => void): void => void timers.push({ at: now + ms, run });
  let shown = NONE;
  let isAsked = false;
  const ask = (answerMs = 50): void => {
    isAsked = false;
    const since = doubts.changes;
    const found = atServer;
    later(answerMs, () => doubts.accept(since) && (shown = found));
  };
  const askAgain = (afterMs: number): void => {
    if (!isAsked) later(afterMs, ask);
    isAsked = true;
  };
  const doubts = new Doubts(askAgain, () => now);
  return {
    ask,
    shown: () => shown,
    /** At the server now, heard of after `eventMs`. */
    close(eventMs: number): void {
      atServer = shift(atServer, WAITING, CLOSED, "alice");
      later(eventMs, () => {
        shown = shift(shown, WAITING, CLOSED, "alice");
        doubts.changed();
      });
    },
    pass(ms: number): void {
      const end = now + ms;
      for (let next; (next = timers.sort((a, b) => a.at - b.at)[0]) && next.at <= end; ) {
        timers.shift();
        now = next.at;
        next.run();
      }
      now = end;
    },
    atServer: () => atServer,
    waitsFor: () => timers.length,
  };
}

test("counts follow a row from view to view", () => {
  const start = { ...NONE, unassigned: 1, all: 1 };
  assert.deepEqual(shift(start, WAITING, MINE, "alice"), { ...NONE, mine: 1, all: 1, unread: 3 });
  assert.deepEqual(shift(start, WAITING, MINE, "bob"), { ...NONE, all: 1 });
  assert.deepEqual(shift({ ...NONE, mine: 1, all: 1, unread: 3 }, MINE, CLOSED, "alice"), { ...NONE, closed: 1 });
  assert.equal(shift(NONE, WAITING, CLOSED, "alice").unassigned, 0, "never below nothing");
});

test("a change that the answer knew of before its event came is not counted twice for long", () => {
  const one = desk(18);
  one.ask();
  one.pass(60);
  one.close(400);
  one.close(400);
  one.ask(); // counts both already; their events come after it
  one.pass(1_000);
  assert.equal(one.shown().unassigned, 14, "both counted twice by now");
  one.pass(DOUBT_MS + 1_000);
  assert.deepEqual(one.shown(), one.atServer());
  assert.equal(one.shown().unassigned, 16);
});

test("an answer from before a change does not undo it", () => {
  const one = desk(5);
  one.ask(500);
  one.close(100); // after the server has counted, before the answer is here
  one.pass(600);
  one.pass(REFRESH_MS + 1_000);
  assert.deepEqual(one.shown(), one.atServer());
});

test("who is right asks no more", () => {
  const one = desk(5);
  one.ask();
  one.pass(SETTLED_MS + 100);
  one.close(100);
  one.pass(10_000);
  assert.deepEqual(one.shown(), one.atServer());
  assert.equal(one.waitsFor(), 0);
});

test("whatever crosses whatever, the counts are right in the end", () => {
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  for (let run = 0; run < 300; run++) {
    const one = desk(50);
    one.ask();
    one.pass(60);
    for (let step = 0; step < 12; step++) {
      if (random(3)) one.close(random(SETTLED_MS - 200));
      else one.ask(random(150));
      one.pass(random(800));
    }
    one.pass(30_000);
    assert.deepEqual(one.shown(), one.atServer(), `run ${run}`);
  }
});
