import assert from "node:assert/strict";
import { test } from "node:test";
import { fetchMe } from "./api";

test("what nobody answers ends by itself, as being offline", async (t) => {
  globalThis.fetch = (_path, init) =>
    new Promise((_resolve, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal!.reason)));
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { timeout } = AbortSignal;
  AbortSignal.timeout = (ms) => {
    const late = new AbortController();
    setTimeout(() => late.abort(), ms);
    return late.signal;
  };
  t.after(() => void (AbortSignal.timeout = timeout));
  const asked = assert.rejects(fetchMe(), { code: "offline" });
  t.mock.timers.tick(60_000);
  await asked;
});
