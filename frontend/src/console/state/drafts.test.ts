import "../testing";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { DraftView, Me } from "../wire";
import { flushDrafts, readDraft, takeDrafts, writeDraft } from "./drafts";
import { me } from "./session";

me.value = { brand: { slug: "acme" }, agent: { id: "alice" } } as Me;
globalThis.fetch = async () => new Response("{}", { headers: { "Content-Type": "application/json" } });

const told = (text: string, ts: number): DraftView => ({ conversation: "x", kind: "message", text, ts });
const SOON = Number.MAX_SAFE_INTEGER;

test("an answer that was asked for before a draft went up does not take it away", async () => {
  const asked = Date.now();
  writeDraft("x", "reply", "Half an ans");
  await flushDrafts();
  takeDrafts([], asked, "x");
  assert.equal(readDraft("x", "reply"), "Half an ans");
  takeDrafts([], SOON, "x");
  assert.equal(readDraft("x", "reply"), "", "one that was asked for later does: it was sent from elsewhere");
});

test("nor does it bring back what was sent meanwhile", async () => {
  writeDraft("x", "reply", "Sent");
  await flushDrafts();
  const asked = Date.now();
  writeDraft("x", "reply", "");
  await flushDrafts();
  takeDrafts([told("Sent", asked)], asked, "x");
  assert.equal(readDraft("x", "reply"), "");
  takeDrafts([told("From another device", Date.now())], SOON, "x");
  assert.equal(readDraft("x", "reply"), "From another device");
});

test("a draft that is refused keeps no other back, and is not asked about again as it stands", async () => {
  const asked: string[] = [];
  const answer = (status: number) => {
    globalThis.fetch = async (path, init) => {
      asked.push(`${init?.method} ${String(path).split("/").at(-2)}`);
      const code = String(path).includes("refused") ? status : 200;
      return new Response("{}", { status: code, headers: { "Content-Type": "application/json" } });
    };
  };
  answer(413);
  writeDraft("refused", "reply", "Too much");
  writeDraft("other", "reply", "Fine");
  await flushDrafts();
  await flushDrafts();
  assert.deepEqual(asked.sort(), ["PUT other", "PUT refused"]);
  assert.equal(readDraft("refused", "reply"), "Too much", "it stays here");
  answer(503);
  writeDraft("refused", "reply", "Less");
  writeDraft("other", "reply", "Fine too");
  asked.length = 0;
  await flushDrafts();
  assert.ok(asked.length === 1 || asked.length === 2);
  asked.length = 0;
  answer(200);
  await flushDrafts();
  assert.ok(asked.includes("PUT refused"), "a server that is not well is asked again");
});
