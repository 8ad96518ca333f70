import assert from "node:assert/strict";
import { test } from "node:test";
import { contrast, deriveAccent } from "./accent";

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
