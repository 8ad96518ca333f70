import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { hueOf, initials } from "./avatar";

test("initials are those of the shared cases, which the admin pages (tenants/admin/look.py) say too", () => {
  const cases: Record<string, string> = JSON.parse(readFileSync("../tests/vectors/initials.json", "utf8"));
  for (const [name, letters] of Object.entries(cases)) assert.equal(initials(name), letters, name);
});

test("a text has one hue for good, on every side of the circle", () => {
  assert.equal(hueOf("Alice"), hueOf("Alice"));
  assert.equal(hueOf(""), 0);
  const ids = Array.from({ length: 1000 }, (_, index) => `0198f3a2-1b4c-7000-8000-${index.toString(16).padStart(12, "0")}`);
  const hues = ids.map(hueOf);
  assert.ok(hues.every((hue) => Number.isInteger(hue) && hue >= 0 && hue < 360));
  assert.equal(new Set(hues.map((hue) => Math.floor(hue / 45))).size, 8);
});
