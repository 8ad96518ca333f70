import assert from "node:assert/strict";
import { test } from "node:test";
import { cannedLanguage, cleanShortcut, filledTexts, languagesLeft, problemsOf, unknownVariables } from "./canned_form";

test("what is wrong is said of the field", () => {
  assert.deepEqual(problemsOf({ shortcut: " /ship.1 ", texts: { en: "", "zh-hans": "x" } }), {});
  assert.deepEqual(problemsOf({ shortcut: "/", texts: { de: " ", en: "" } }), { shortcut: "noShortcut", de: "noText" });
  assert.deepEqual(problemsOf({ shortcut: "two words", texts: { en: "x" } }), { shortcut: "shortcut" });
  assert.deepEqual(problemsOf({ shortcut: "x".repeat(41), texts: { en: "x" } }), { shortcut: "shortcut" });
  assert.equal(cleanShortcut(" /发货 "), "发货");
});

test("what is left empty is not kept", () => {
  assert.deepEqual(filledTexts({ en: " Hello ", de: "\n" }), { en: " Hello " });
});

test("variables that there are none of", () => {
  assert.deepEqual(unknownVariables("{{visitor.name}} {{ agent.name | us }} {{order}} {{order}}"), ["{{order}}"]);
});

test("each language once", () => {
  const left = languagesLeft({ en: "", "pt-br": "x" });
  assert.ok(!left.includes("en") && !left.includes("pt-br") && left[0] === "zh-hans");
});

test("languages as canned replies have them", () => {
  assert.deepEqual(["zh-Hans", "zh-CN", "zh-TW", "pt-BR", "fr", "en-GB", "", "x y"].map(cannedLanguage), ["zh-hans", "zh-hans", "zh-hant", "pt-br", "fr", "en-gb", "en", "en"]);
});
