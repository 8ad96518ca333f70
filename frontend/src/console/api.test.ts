import assert from "node:assert/strict";
import { test } from "node:test";
import { fetchMe } from "./api";

test("what nobody answers ends by itself, as being offline", async (t) => {
  globalThis.fetch = (_path, init) =>
    new Promise((_resolve, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal!.reason)));
  const { timeout } = AbortSignal;
  const late = new AbortController();
  AbortSignal.timeout = () => late.signal;
  t.after(() => void (AbortSignal.timeout = timeout));
  const asked = assert.rejects(fetchMe(), { code: "offline" });
  late.abort();
  await asked;
});
