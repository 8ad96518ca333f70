import assert from "node:assert/strict";
import { test } from "node:test";
import { foundFor, paletteOrder, type PaletteItem } from "./palette";

const item = (id: string, label: string, also: string[] = []): PaletteItem => ({ id, group: "actions", label, also, run: () => {} });
const items = [item("close", "Close conversation"), item("dark", "Theme: Dark", ["night"]), item("take", "Take")];
const ids = (query: string, recent: string[] = []) => paletteOrder(items, query, recent).map((one) => one.id);

test("what was chosen lately comes first, the rest in its order", () => {
  assert.deepEqual(ids("", ["take", "gone"]), ["take", "close", "dark"]);
});

test("letters find labels and other names", () => {
  assert.deepEqual(ids("clcon"), ["close"]);
  assert.deepEqual(ids("night"), ["dark"]);
  assert.deepEqual(ids("zzz"), []);
});

test("what was found for other letters is not offered", () => {
  const found = { q: "vera", rows: ["Vera"] };
  assert.deepEqual(foundFor(found, " vera "), { rows: ["Vera"], isWhole: true });
  assert.deepEqual(foundFor(found, "verab"), { rows: ["Vera"], isWhole: false }, "those that match stay while one types on");
  for (const query of ["dark", "ver", ""]) assert.deepEqual(foundFor(found, query).rows, [], query);
  assert.deepEqual(foundFor({ q: "", rows: [] }, "dark"), { rows: [], isWhole: false });
});
