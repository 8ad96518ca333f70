import assert from "node:assert/strict";
import { test } from "node:test";
import { call } from "./api";

/** A server that takes the question and never answers. */
globalThis.fetch = (_path, init) =>
  new Promise((_resolve, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal!.reason)));

test("what nobody answers ends by itself, as a server that was not reached", async (t) => {
  const { timeout } = AbortSignal;
  const late = new AbortController();
  AbortSignal.timeout = () => late.signal;
  t.after(() => void (AbortSignal.timeout = timeout));
  const asked = assert.rejects(call("POST", "/sessions", undefined, {}), { status: 0 });
  late.abort();
  await asked;
});

test("a poll ends when its owner says so", async () => {
  const parked = new AbortController();
  const asked = assert.rejects(call("GET", "/events", "t", undefined, parked.signal), { status: 0 });
  parked.abort();
  await asked;
});
