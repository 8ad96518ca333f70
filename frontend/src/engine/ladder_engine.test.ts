// The whole engine on the lower rungs: what was promised on a socket holds there, and on the way down and up.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Engine, MemoryOutbox } from "./index";
import type { ConnectionState, EngineOptions } from "./index";
import { event, FakeClock, FakeServer } from "./testing";

let clock: FakeClock;
let server: FakeServer;
let shown: number[];
let log: string[];
let state: ConnectionState;

beforeEach(() => {
  clock = new FakeClock();
  server = new FakeServer();
  shown = [];
  log = [];
});

function startEngine(extra: Partial<EngineOptions> = {}): Engine {
  const engine = new Engine({
    kind: "visitor",
    token: () => "secret",
    http: server.http,
    outbox: new MemoryOutbox(),
    network: server.network(clock),
    onEvent: (frame) => void (frame.seq === undefined ? log.push(frame.type) : shown.push(frame.seq)),
    onState: (next) => void (state = next),
    onSnapshotNeeded: async (id) => (log.push(`snapshot ${id}`), 7),
    onEpoch: (epoch) => void log.push(`epoch ${epoch}`),
    onFatal: (code) => void log.push(`fatal ${code}`),
    onSent: (entry, ack) => void log.push(`sent ${entry.client_id} ${ack.seq}`),
    onLost: (id) => void log.push(`lost ${id}`),
    ...extra,
  });
  engine.start();
  return engine;
}

const draft = (clientId: string) => ({ client_id: clientId, kind: "text" as const, text: clientId });
const isLiveOn = (rung: number): boolean => state.kind === "live" && state.rung === rung;
const soon = () => clock.advance(0);

/** Refuses every socket until a GET comes. */
async function fallToLongPoll(engine: Engine = startEngine()): Promise<Engine> {
  for (let waited = 0; !server.parked && waited < 60_000; waited += 100) {
    if (server.socket && !server.socket.isClosed) server.socket.cut();
    await clock.advance(100);
  }
  server.parked!.hello();
  await soon();
  return engine;
}

async function fallToPoll(): Promise<Engine> {
  const engine = await fallToLongPoll();
  for (let falls = 0; !isLiveOn(2) && falls < 4; falls++) {
    await clock.advance(45_000); // a parked request that nobody answers
    if (server.parked && !server.parked.query.has("after")) server.parked.hello();
    await soon();
  }
  return engine;
}

test("sockets refused twice: long poll, and positions as the question", async () => {
  const engine = await fallToLongPoll();
  assert.equal(server.sockets.length, 2);
  assert.ok(isLiveOn(1));
  engine.follow("c1", 4);
  await soon();
  const { parked } = server;
  assert.equal(parked!.path, "/events?after=c1:4&since=1&wait=25&epoch=e1&connection=s");
  parked!.answer([event(5), event(6)], 2_000);
  await soon();
  assert.deepEqual(shown, [5, 6]);
  assert.equal(server.parked!.query.get("after"), "c1:6");
  assert.equal(server.parked!.query.get("since"), "2000");
  assert.equal(server.count("POST"), 0);
});

test("a new follow takes the parked request back; following the same moves nothing", async () => {
  const engine = await fallToLongPoll();
  const first = server.parked!;
  engine.follow("c1", 0);
  await soon();
  assert.ok(!first.isOpen);
  assert.equal(server.parked!.query.get("after"), "c1:0");
  const second = server.parked!;
  engine.follow("c1", 0);
  await soon();
  assert.equal(server.parked, second);
  assert.equal(state.kind, "live");
});

test("frames go up one request at a time, and what waits goes together", async () => {
  const engine = await fallToLongPoll();
  engine.sendMessage(draft("a"), "c1");
  engine.sendMessage(draft("b"), "c2");
  engine.hint("typing.start", {}, "c1");
  await soon();
  assert.deepEqual(server.posted!.frames.map((frame) => frame.type), ["typing.start", "message.create", "message.create"]);
  engine.hint("typing.stop", {}, "c1");
  engine.hint("typing.start", {}, "c1");
  await soon();
  assert.equal(server.count("POST"), 1);
  server.posted!.answer(server.posted!.frames.slice(1).map(({ id, data }) => ({ type: "ack", reply_to: id, data: { client_id: data.client_id, seq: 1 } })));
  await soon();
  assert.deepEqual(log, ["sent a 1", "sent b 1"]);
  assert.equal(server.posted!.frames.length, 2);
});

test("many frames are cut into requests that the server takes", async () => {
  const engine = await fallToLongPoll();
  for (let count = 0; count < 60; count++) engine.hint("typing.start", { text: "x".repeat(2_000) });
  const sizes: number[] = [];
  for (await soon(); server.posted; await soon()) {
    sizes.push(server.posted.frames.length);
    assert.ok(JSON.stringify(server.posted.frames).length < 64_000);
    server.posted.answer([]);
  }
  assert.equal(sizes.reduce((sum, size) => sum + size), 60);
  assert.ok(Math.max(...sizes) <= 50);
});

test("a message whose request broke goes again with the same client_id", async () => {
  const engine = await fallToLongPoll();
  engine.sendMessage(draft("a"), "c1");
  await soon();
  server.posted!.fail();
  await soon();
  while (!server.parked) await clock.advance(100);
  server.parked.hello();
  await soon();
  assert.equal(server.posted!.frames[0]!.data.client_id, "a");
  server.posted!.ack(3);
  await soon();
  assert.deepEqual(log, ["sent a 3"]);
});

test("a position that cannot be answered whole is loaded, once, and asked with again from there", async () => {
  const engine = await fallToLongPoll();
  engine.follow("c1", 2);
  await soon();
  server.parked!.answer([{ type: "resumed", data: { epoch: "e1", conversations: { c1: { recovered: false, top: 7, events: [] } } } }]);
  await clock.advance(100);
  assert.deepEqual(log, ["snapshot c1"]);
  assert.equal(server.parked!.query.get("after"), "c1:7");
});

test("a server that never answers whole is not asked in a loop", async () => {
  const engine = await fallToLongPoll();
  engine.follow("c1", 7);
  for (let turn = 0; turn < 600; turn++) {
    if (server.parked?.query.get("after"))
      server.parked.answer([{ type: "resumed", data: { conversations: { c1: { recovered: false, top: 7, events: [] } } } }]);
    await clock.advance(100);
  }
  assert.ok(log.length < 12, `${log.length} snapshots in a minute`);
});

test("what is not there is given up", async () => {
  const engine = await fallToLongPoll();
  engine.follow("c1", 2);
  await soon();
  server.parked!.answer([{ type: "resumed", data: { conversations: { c1: { recovered: false, top: 0, events: [], error: "not_found" } } } }]);
  await soon();
  assert.deepEqual(log, ["lost c1"]);
});

test("statuses mean what close codes mean", async () => {
  for (const [status, verdict] of [[401, "fatal 4401"], [403, "fatal 4403"], [409, "epoch "]] as const) {
    await fallToLongPoll();
    server.parked!.fail(status, null, "our_word");
    await soon();
    assert.equal(log.at(-1), verdict);
    assert.equal(state.kind, "stopped");
    [clock, server] = [new FakeClock(), new FakeServer()];
  }
});

test("a proxy's refusal is a cut, and ends nothing for good", async () => {
  for (const status of [400, 401, 403, 409]) {
    await fallToLongPoll();
    server.parked!.fail(status);
    await soon();
    assert.equal(state.kind, "waiting", `${status}`);
    assert.deepEqual(log, []);
    [clock, server] = [new FakeClock(), new FakeServer()];
  }
});

test("what the server itself says before hello is no evidence against sockets", async () => {
  for (const code of [1013, 4429]) {
    startEngine();
    for (let turn = 0; turn < 600; turn++) {
      if (server.sockets.length && !server.socket.isClosed) server.socket.cut(code);
      await clock.advance(100);
    }
    assert.ok(server.sockets.length > 2);
    assert.equal(server.count("GET"), 0, `${code}`);
    [clock, server] = [new FakeClock(), new FakeServer()];
  }
});

test("parked requests that are cut twice: plain poll", async () => {
  await fallToLongPoll();
  for (let turn = 0; turn < 200 && !isLiveOn(2); turn++) {
    if (server.parked?.query.get("wait") === "25") server.parked.fail(504);
    else if (server.parked && !server.parked.query.has("after")) server.parked.hello();
    await clock.advance(100);
  }
  assert.ok(isLiveOn(2));
});

test("perhaps another network: what is parked is asked anew", async () => {
  const engine = await fallToLongPoll();
  const { parked } = server;
  engine.retryNow();
  await soon();
  assert.ok(!parked!.isOpen);
  assert.ok(server.parked!.query.has("after"));
  assert.ok(isLiveOn(1));
});

test("a handler that throws ends no poll", async () => {
  const faults: unknown[] = [];
  globalThis.reportError = (fault) => void faults.push(fault);
  const engine = await fallToLongPoll(
    startEngine({
      onEvent: ({ seq }) => {
        if (seq === 5) throw new Error("ours");
        shown.push(seq!);
      },
      onUnfollowed: () => {
        throw new Error("ours too");
      },
    }),
  );
  engine.follow("c1", 4);
  await soon();
  server.parked!.answer([event(1, "c2"), event(5), event(6)]);
  await soon();
  assert.equal(server.parked!.query.get("after"), "c1:6");
  assert.deepEqual(shown, [6]);
  assert.equal(faults.length, 2);
});

test("too many or too busy: not before the time that was named", async () => {
  await fallToLongPoll();
  server.parked!.fail(503, 20, "overloaded");
  await soon();
  assert.ok(state.kind === "waiting" && state.retryAt >= clock.now() + 20_000);
});

test("the socket is tried beside the working long poll; moving up loses and doubles nothing", async () => {
  const engine = await fallToLongPoll();
  engine.follow("c1", 0);
  await soon();
  server.parked!.answer([event(1)]);
  await clock.advance(31_000);
  if (server.sockets.length === 2) await clock.advance(60_000);
  assert.equal(server.sockets.length, 3);
  assert.ok(isLiveOn(1));
  engine.sendMessage(draft("a"), "c1");
  await soon();
  const old = server.parked!;
  server.socket.hello();
  await soon();
  assert.ok(isLiveOn(1), "the message waits for its answer on the old one");
  server.socket.push(event(2)); // not in use yet
  server.posted!.ack(2);
  await soon();
  assert.ok(isLiveOn(0));
  assert.ok(!old.isOpen);
  assert.deepEqual(server.socket.last("resume")!.data.conversations, { c1: 1 });
  server.socket.answer(server.socket.last("resume")!, "resumed", { epoch: "e1", conversations: { c1: { recovered: true, top: 2, events: [event(2)] } } });
  await soon();
  assert.deepEqual(shown, [1, 2]);
  assert.equal(server.socket.count("message.create"), 0);
});

test("a socket that still does not come leaves the long poll alone, and is tried more and more rarely", async () => {
  await fallToLongPoll();
  const live: boolean[] = [];
  for (let second = 0; second < 900; second++) {
    await clock.advance(1_000);
    if (second % 25 === 0) server.parked?.answer([]);
    if (server.sockets.length > 2 && !server.socket.isClosed) server.socket.cut();
    live.push(isLiveOn(1));
  }
  assert.ok(live.every(Boolean));
  const tries = server.sockets.length - 2;
  assert.ok(tries >= 3 && tries <= 6, `${tries} in 15 minutes`);
});

test("coming back to the tab tries the socket at once", async () => {
  const engine = await fallToLongPoll();
  engine.follow("c1", 0);
  await soon();
  server.parked!.answer([event(1)]);
  await soon();
  engine.retryNow();
  await soon();
  assert.equal(server.sockets.length, 3);
});

test("parked requests that nobody answers: plain poll, every 3 s, later every 10 s, at once after writing", async () => {
  const engine = await fallToPoll();
  assert.ok(isLiveOn(2));
  engine.follow("c1", 0);
  const answered = async (ms: number): Promise<number> => {
    const before = server.count("GET");
    for (let waited = 0; waited < ms; waited += 100) {
      if (server.parked?.query.has("after")) server.parked.answer([]);
      await clock.advance(100);
    }
    return server.count("GET") - before;
  };
  const busy = await answered(30_000);
  assert.ok(busy >= 8 && busy <= 12, `${busy} in 30 s`);
  await answered(60_000);
  const quiet = await answered(60_000);
  assert.ok(quiet >= 5 && quiet <= 8, `${quiet} in a quiet minute`);
  engine.sendMessage(draft("a"), "c1");
  await soon();
  server.posted!.ack(1);
  await soon();
  assert.equal(server.parked!.query.get("after"), "c1:0");
  assert.equal(server.parked!.query.get("wait"), "0");
  server.parked!.answer([event(1)]);
  await soon();
  assert.deepEqual(shown, [1]);
});

test("no network at all is no evidence against sockets", async () => {
  startEngine();
  for (let turn = 0; turn < 600; turn++) {
    if (server.sockets.length && !server.socket.isClosed) server.socket.cut();
    server.parked?.fail();
    await clock.advance(100);
  }
  const before = server.sockets.length;
  for (let turn = 0; turn < 700 && server.sockets.length === before; turn++) {
    server.parked?.fail();
    await clock.advance(100);
  }
  server.socket.hello();
  await soon();
  assert.ok(isLiveOn(0));
});

test("a drained poll stops asking that node and goes on with another one", async () => {
  const engine = await fallToLongPoll();
  engine.follow("c1", 0);
  await soon();
  server.parked!.answer([{ type: "drain", data: {} }]);
  await soon();
  assert.equal(server.parked, undefined);
  assert.ok(isLiveOn(1));
  await clock.advance(3_100);
  assert.ok(!server.parked!.query.has("after"), "a handshake");
  server.parked!.hello();
  await soon();
  assert.equal(server.parked!.query.get("after"), "c1:0");
  assert.ok(isLiveOn(1));
});

test("a portal that answers everything itself is no server of ours", async () => {
  await fallToLongPoll();
  server.parked!.babble();
  await soon();
  assert.equal(state.kind, "waiting");
});

test("stop ends what is parked and asks nothing more", async () => {
  const engine = await fallToLongPoll();
  const { parked } = server;
  engine.stop();
  await clock.advance(60_000);
  assert.ok(!parked!.isOpen);
  assert.equal(server.parked, undefined);
  assert.equal(state.kind, "stopped");
});
