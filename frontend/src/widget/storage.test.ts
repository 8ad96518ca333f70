import assert from "node:assert/strict";
import { test } from "node:test";
import { Storage } from "./storage";

test("where there is no room for the new value, the old one does not come back", () => {
  const held = new Map<string, string>();
  let isFull = false;
  globalThis.localStorage = {
    getItem: (key: string) => held.get(key) ?? null,
    removeItem: (key: string) => void held.delete(key),
    setItem: (key: string, value: string) => {
      if (isFull) throw new Error("QuotaExceededError");
      held.set(key, value);
    },
  } as unknown as typeof localStorage;
  const storage = new Storage("kf_pk_1");
  storage.set("visitor", "dead token");
  isFull = true;
  storage.set("visitor", "new token");
  assert.equal(storage.get("visitor"), "new token");
  storage.set("visitor", null);
  assert.equal(storage.get("visitor"), null);
});
