import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Engine, FrameError, MemoryOutbox } from "./index";
import type { ConnectionState, EngineOptions } from "./index";
import { event, FakeClock, FakeServer, settle } from "./testing";

let clock: FakeClock;
let server: FakeServer;
let outbox: MemoryOutbox;
let shown: number[];
let log: string[];
let state: ConnectionState;
let snapshotTop: number;

beforeEach(() => {
  clock = new FakeClock();
  server = new FakeServer();
  outbox = new MemoryOutbox();
  shown = [];
  log = [];
  snapshotTop = 0;
});

function makeEngine(extra: Partial<EngineOptions> = {}): Engine {
  return new Engine({
    kind: "visitor",
    token: () => "t",
    http: server.http,
    outbox,
    network: server.network(clock),
    onEvent: (frame) => void (frame.seq === undefined ? log.push(frame.type) : shown.push(frame.seq)),
    onState: (next) => void (state = next),
    onSnapshotNeeded: async (id) => {
      log.push(`snapshot ${id}`);
      return snapshotTop;
    },
    onEpoch: (epoch) => void log.push(`epoch ${epoch}`),
    onFatal: (code) => void log.push(`fatal ${code}`),
    onSent: (entry, ack) => void log.push(`sent ${entry.client_id} ${ack.seq}`),
    onSendFailed: (entry, error) => void log.push(`failed ${entry.client_id} ${error.code}`),
    onLost: (id) => void log.push(`lost ${id}`),
    ...extra,
  });
}

async function liveEngine(extra: Partial<EngineOptions> = {}): Promise<Engine> {
  const engine = makeEngine(extra);
  engine.start();
  await settle();
  server.socket.hello();
  await settle();
  return engine;
}

async function reconnect(epoch?: string): Promise<void> {
  const sockets = server.sockets.length;
  for (let waited = 0; server.sockets.length === sockets && waited < 40_000; waited += 100) await clock.advance(100);
  server.socket.hello(epoch);
  await clock.advance(0);
}

const answerResume = async (conversations: object): Promise<void> => {
  server.socket.answer(server.socket.last("resume")!, "resumed", { epoch: "e1", conversations });
  await clock.advance(0);
};
const draft = (clientId: string) => ({ client_id: clientId, kind: "text" as const, text: clientId });
const ackSend = async (seq: number): Promise<void> => {
  const sent = server.socket.last("message.create")!;
  server.socket.answer(sent, "ack", { client_id: sent.data.client_id, seq, conversation: "c1" });
  await clock.advance(0);
};

test("events are shown once and in order, whatever order they come in", async () => {
  const engine = await liveEngine();
  engine.follow("c1", 0);
  await clock.advance(0);
  await answerResume({ c1: { recovered: true, top: 1, events: [event(1)] } });
  for (const seq of [1, 3, 2, 2, 4, 3]) server.socket.push(event(seq));
  assert.deepEqual(shown, [1, 2, 3, 4]);
});

test("a gap that stays asks for the rest, once, even while more events come", async () => {
  const engine = await liveEngine();
  engine.follow("c1", 1);
  await clock.advance(0);
  await answerResume({ c1: { recovered: true, top: 1, events: [] } });
  for (const seq of [3, 4, 5, 6]) {
    server.socket.push(event(seq));
    await clock.advance(50);
  }
  assert.equal(server.socket.count("resume"), 2);
  assert.deepEqual(server.socket.last("resume")!.data.conversations, { c1: 1 });
  await answerResume({ c1: { recovered: true, top: 6, events: [2, 3, 4, 5, 6].map((seq) => event(seq)) } });
  assert.deepEqual(shown, [2, 3, 4, 5, 6]);
});

test("a hint lost in silence is noticed by the next heartbeat's answer", async () => {
  const engine = await liveEngine();
  engine.follow("c1", 4);
  await clock.advance(0);
  await answerResume({ c1: { recovered: true, top: 4, events: [] } });
  await clock.advance(25_000);
  server.socket.answer(server.socket.last("ping")!, "pong", { tops: { c1: 5 }, heartbeat: 25 });
  await clock.advance(100);
  assert.deepEqual(server.socket.last("resume")!.data.conversations, { c1: 4 });
});

test("what cannot be resumed is loaded as a snapshot; events of meanwhile follow it", async () => {
  const engine = await liveEngine();
  engine.follow("c1", 2);
  await clock.advance(0);
  server.socket.push(event(10));
  snapshotTop = 9;
  await answerResume({ c1: { recovered: false, top: 9, events: [] } });
  assert.deepEqual(log, ["snapshot c1"]);
  assert.deepEqual(shown, [10]);
});

test("a handler that throws holds back nothing of what comes after", async () => {
  const faults: unknown[] = [];
  globalThis.reportError = (fault) => void faults.push(fault);
  const engine = await liveEngine({
    onEvent: ({ seq }) => {
      if (seq! % 2) throw new Error("ours");
      shown.push(seq!);
    },
  });
  engine.follow("c1", 0);
  await clock.advance(0);
  await answerResume({ c1: { recovered: true, top: 3, events: [event(1), event(2), event(3)] } });
  for (const seq of [4, 6, 5, 7, 8]) server.socket.push(event(seq));
  assert.deepEqual(shown, [2, 4, 6, 8]);
  server.socket.push(event(10));
  await clock.advance(100);
  assert.deepEqual(server.socket.last("resume")!.data.conversations, { c1: 8 });
  assert.equal(faults.length, 4);
});

test("woken while a dial hangs, the next one follows it soon", async () => {
  const engine = makeEngine();
  engine.start();
  for (let cuts = 0; cuts < 300 && server.sockets.length + server.count("GET") < 12; cuts++) {
    if (server.socket && !server.socket.isClosed) server.socket.cut();
    server.parked?.fail();
    await clock.advance(1_000);
  }
  await settle();
  const dials = server.sockets.length + server.count("GET");
  assert.equal(state.kind, "connecting"); // and hangs
  engine.retryNow();
  await clock.advance(11_100);
  assert.equal(server.sockets.length + server.count("GET"), dials + 1);
});

test("a conversation that is not ours is given up", async () => {
  const engine = await liveEngine();
  engine.follow("c1", 2);
  await clock.advance(0);
  await answerResume({ c1: { recovered: false, top: 0, events: [], error: "not_found" } });
  assert.deepEqual(log, ["lost c1"]);
});

test("a server that never closes the gap is not asked in a loop", async () => {
  const engine = await liveEngine();
  engine.follow("c1", 1);
  await clock.advance(0);
  for (let turn = 0; turn < 200 && clock.now() < 1_060_000; turn++) {
    if (server.socket.last("resume")) await answerResume({ c1: { recovered: true, top: 9, events: [] } });
    await clock.advance(500);
  }
  assert.ok(server.socket.count("resume") < 12, `${server.socket.count("resume")} resumes in a minute`);
});

test("after a cut everything followed is resumed from where it stood", async () => {
  const engine = await liveEngine();
  engine.follow("c1", 0);
  engine.follow("c2", 7);
  await clock.advance(0);
  await answerResume({ c1: { recovered: true, top: 1, events: [event(1)] }, c2: { recovered: true, top: 7, events: [] } });
  server.socket.cut();
  assert.equal(state.kind, "waiting");
  await reconnect();
  assert.equal(server.sockets.length, 2);
  assert.deepEqual(server.socket.last("resume")!.data.conversations, { c1: 1, c2: 7 });
});

test("joining is told once the answer's events are there, and again after a cut", async () => {
  const engine = await liveEngine({ onJoined: (id) => void log.push(`joined ${id} after ${shown.length}`) });
  engine.follow("c1", 0);
  await clock.advance(0);
  await answerResume({ c1: { recovered: true, top: 1, events: [event(1)] } });
  server.socket.cut();
  await reconnect();
  await answerResume({ c1: { recovered: true, top: 2, events: [event(2)] } });
  assert.deepEqual(log, ["joined c1 after 1", "joined c1 after 2"]);
});

test("messages go one after the other, and again with the same client_id after a cut", async () => {
  const engine = await liveEngine();
  engine.sendMessage(draft("a"));
  engine.sendMessage(draft("b"));
  await settle();
  assert.deepEqual(server.socket.sent.map((frame) => frame.data.client_id), ["a"]);
  server.socket.cut();
  await reconnect();
  assert.equal(server.socket.last("message.create")!.data.client_id, "a");
  await ackSend(1);
  assert.equal(server.socket.last("message.create")!.data.client_id, "b");
  await ackSend(2);
  assert.deepEqual(log, ["sent a 1", "sent b 2"]);
  assert.deepEqual(await outbox.load(), []);
});

test("a message written before a reload is sent by the next engine, older ones first", async () => {
  const first = makeEngine();
  first.sendMessage(draft("a"));
  await settle();
  await clock.advance(5);
  const second = makeEngine();
  second.sendMessage(draft("b"));
  second.start();
  await settle();
  server.socket.hello();
  await settle();
  assert.equal(server.socket.last("message.create")!.data.client_id, "a");
});

test("a passing refusal is tried again after the named time, a final one fails and keeps the next going", async () => {
  const engine = await liveEngine();
  engine.sendMessage(draft("a"));
  engine.sendMessage(draft("b"));
  await settle();
  server.socket.answer(server.socket.last("message.create")!, "error", { code: "rate_limited", message: "", retry_after: 3 });
  await clock.advance(1_000);
  engine.sendMessage(draft("c")); // no reason to ask sooner
  await clock.advance(1_900);
  assert.equal(server.socket.count("message.create"), 1);
  await clock.advance(200);
  assert.equal(server.socket.count("message.create"), 2);
  server.socket.answer(server.socket.last("message.create")!, "error", { code: "too_large", message: "" });
  await settle();
  assert.deepEqual(log, ["failed a too_large"]);
  assert.equal(server.socket.last("message.create")!.data.client_id, "b");
  assert.equal((await outbox.load()).find((entry) => entry.client_id === "a")!.failed, "too_large");
});

test("a silent link is probed, given up after three probes, and opened anew", async () => {
  await liveEngine();
  await clock.advance(24_900);
  assert.equal(server.socket.count("ping"), 0);
  await clock.advance(7_200);
  assert.equal(server.sockets[0]!.count("ping"), 3);
  assert.ok(server.sockets[0]!.isClosed);
  assert.notEqual(state.kind, "live");
});

test("a pong that nobody asked for says that hints were lost", async () => {
  await liveEngine({ onReturn: () => void log.push("return") });
  await clock.advance(25_000);
  server.socket.answer(server.socket.last("ping")!, "pong", { tops: {}, heartbeat: 25 });
  assert.deepEqual(log, []);
  server.socket.push({ type: "pong", data: { tops: {}, heartbeat: 25 } });
  assert.deepEqual(log, ["return"]);
});

test("a link that only listens beats before the server would close it", async () => {
  await liveEngine();
  for (let heard = 0; heard < 6; heard++) {
    await clock.advance(10_000);
    server.socket.push({ type: "presence.changed", data: {} });
  }
  await clock.advance(1);
  assert.equal(server.socket.count("ping"), 1);
});

test("a request on a dead link fails instead of hanging", async () => {
  const engine = await liveEngine();
  const asked = engine.request("conversation.close", {}, "c1");
  const failure = assert.rejects(asked, (error: FrameError) => error.code === "disconnected");
  await clock.advance(12_000);
  await failure;
});

test("a handshake without hello is given up", async () => {
  makeEngine().start();
  await clock.advance(10_100);
  assert.equal(state.kind, "waiting");
});

test("close codes: fatal ones stop, an epoch asks for a reload", async () => {
  await liveEngine();
  server.socket.cut(4401);
  await clock.advance(60_000);
  assert.equal(server.sockets.length, 1);
  await liveEngine();
  server.socket.cut(4409);
  assert.deepEqual(log, ["fatal 4401", "epoch "]);
  assert.equal(state.kind, "stopped");
});

test("another epoch in hello is told before anything is resumed", async () => {
  const engine = await liveEngine({ epoch: "e1" });
  engine.follow("c1", 3);
  await clock.advance(0);
  server.socket.cut();
  await reconnect("e2");
  assert.deepEqual(log, ["epoch e2"]);
  assert.equal(server.socket.count("resume"), 0);
});

test("drain moves on to another node beside the old one, and loses nothing that is unsent", async () => {
  const engine = await liveEngine();
  server.socket.push({ type: "drain", data: {} });
  engine.sendMessage(draft("a"));
  await clock.advance(3_100);
  assert.equal(server.sockets.length, 2);
  server.sockets[1]!.hello();
  await clock.advance(0);
  assert.ok(!server.sockets[0]!.isClosed, "a request is still waiting for its answer");
  server.sockets[0]!.cut(1012);
  await clock.advance(0);
  assert.equal(state.kind, "live");
  assert.equal(server.socket.last("message.create")!.data.client_id, "a");
});

test("drained with nobody else to go to: comes back as after a cut", async () => {
  await liveEngine();
  server.socket.push({ type: "drain", data: {} });
  await clock.advance(3_100);
  server.sockets[1]!.cut();
  assert.equal(state.kind, "waiting");
  await reconnect();
  assert.equal(state.kind, "live");
});
