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
