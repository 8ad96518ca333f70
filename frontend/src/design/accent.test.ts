import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { applyAccent, contrast, deriveAccent } from "./accent";

const SURFACES = { light: ["#ffffff", "#f6f8fb"], dark: ["#16181d", "#262a31"] } as const;

function everyColour(): string[] {
  const steps = ["00", "33", "66", "99", "cc", "ff"];
  return steps.flatMap((r) => steps.flatMap((g) => steps.map((b) => `#${r}${g}${b}`)));
}

test("text is readable in both themes whatever the brand's colour", () => {
  for (const colour of everyColour()) {
    const accent = deriveAccent(colour);
    for (const theme of ["light", "dark"] as const) {
      const { accent: fill, hover, pressed, onAccent, ink, tint, tintStrong } = accent[theme];
      for (const ground of [fill, hover, pressed]) {
        assert.ok(contrast(ground, onAccent) >= 4.5, `${colour} ${theme}: ${onAccent} on ${ground}`);
      }
      for (const ground of [tint, tintStrong, ...SURFACES[theme]]) {
        assert.ok(contrast(ground, ink) >= 4.5, `${colour} ${theme}: ${ink} on ${ground}`);
      }
    }
  }
});

test("a colour that cannot be read gives the default", () => {
  assert.deepEqual(deriveAccent("red; } body {"), deriveAccent("#2f6bd8"));
});

test("the server's twin (tenants/accents.py) says the same", () => {
  const cases: Record<string, string> = JSON.parse(readFileSync("../tests/vectors/accent.json", "utf8"));
  for (const [colour, style] of Object.entries(cases)) {
    const rules: string[] = [];
    const setProperty = (name: string, value: string) => void rules.push(`${name}: ${value}`);
    applyAccent({ style: { setProperty } } as unknown as HTMLElement, colour);
    assert.equal(rules.join("; "), style);
  }
});
