import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fillVariables, mentionsIn, openVariables, otherBrandIn, pickVariant, putIn, typedAt, type Trigger } from "./completion";

const ALL = new Set<Trigger>(["canned", "mention", "emoji"]);
const at = (text: string, allowed: ReadonlySet<Trigger> = ALL) => typedAt(text, text.length, allowed);

test("a sign at the beginning of a word calls for a choice", () => {
  assert.deepEqual(at("/ship"), { kind: "canned", from: 0, query: "ship" });
  assert.deepEqual(at("Hello\n/"), { kind: "canned", from: 6, query: "" });
  assert.deepEqual(at("ask @bo"), { kind: "mention", from: 4, query: "bo" });
  assert.deepEqual(at("@Bo Li"), { kind: "mention", from: 0, query: "Bo Li" });
  assert.deepEqual(at("nice :smi"), { kind: "emoji", from: 5, query: "smi" });
  assert.deepEqual(at("好：微笑"), { kind: "emoji", from: 1, query: "微笑" });
  assert.deepEqual(at("您好/退"), { kind: "canned", from: 2, query: "退" });
  assert.deepEqual(at("您好，／退款"), { kind: "canned", from: 3, query: "退款" });
  assert.deepEqual(at("、退"), { kind: "canned", from: 0, query: "退" });
  assert.deepEqual(at("您好 、"), { kind: "canned", from: 3, query: "" });
});

test("what only looks like one does not", () => {
  for (const text of ["and/or", "https://", "a@b", "at 10:30", ":)", ": a", "/ship it", "@Bo Li is", "::", "红、黄", "，、黄", "1/2", "ship//x"]) {
    assert.equal(at(text), null, text);
  }
  assert.equal(at("@bo", new Set<Trigger>(["emoji"])), null);
  assert.equal(typedAt("/ship", 0, ALL), null);
});

test("the choice takes the place of what was typed", () => {
  const typed = typedAt("Dear /hel, bye", 9, ALL)!;
  assert.deepEqual(putIn("Dear /hel, bye", typed, 9, "Hello"), { text: "Dear Hello, bye", caret: 10 });
  const typedOn = { text: "Hello thanks", caret: 12 };
  assert.deepEqual(putIn("/hel thanks", at("/hel")!, 4, "Hello", 11), typedOn, "who types on goes on where the text ends");
});

test("people are called by their whole names", () => {
  const people = [{ id: "1", name: "Bo" }, { id: "2", name: "Bo Li" }, { id: "3", name: "小美" }];
  assert.deepEqual(mentionsIn("@bo li and @小美", people).map((one) => one.id), ["2", "3"]);
  assert.deepEqual(mentionsIn("@Bo, please", people).map((one) => one.id), ["1"]);
  assert.deepEqual(mentionsIn("Bo", people), []);
});

test("variables are filled as the server fills them", () => {
  const cases = JSON.parse(readFileSync("../tests/vectors/variables.json", "utf8")) as { text: string; values: Record<string, string>; filled: string }[];
  for (const { text, values, filled } of cases) assert.equal(fillVariables(text, values), filled, text);
});

test("variables that stayed and brands that do not belong are noticed", () => {
  assert.deepEqual(openVariables("Hi {{visitor.name}} {{ x }} {{visitor.name}}"), ["{{visitor.name}}", "{{ x }}"]);
  assert.equal(otherBrandIn("Welcome to Globex!", "Acme", ["Acme", "Globex"]), "Globex");
  assert.equal(otherBrandIn("globexes", "Acme", ["Globex"]), null);
  assert.equal(otherBrandIn("Acme Coffee rules", "Acme Coffee", ["Acme Coffee", "Coffee"]), null);
  assert.equal(otherBrandIn("欢迎来到山野户外", "咖啡", ["山野户外"]), "山野户外");
});

test("a preview has what will be put in, and once", () => {
  const values = { "visitor.name": "Vera {{brand.name}}", "brand.name": "Acme", "visitor.email": null };
  assert.equal(fillVariables("Hi {{ visitor.name }} of {{brand.name}}", values), "Hi Vera brand.name of Acme");
  assert.equal(fillVariables("{{visitor.email}} {{no.such}} {{x}}", values), "{{visitor.email}} {{no.such}} {{x}}");
});

test("the variant is picked as the server picks it", () => {
  const texts = { en: "Hello", fr: "Bonjour", "zh-hans": "你好" };
  assert.equal(pickVariant(texts, "fr", "en"), "Bonjour");
  assert.equal(pickVariant(texts, "zh", "en"), "你好");
  assert.equal(pickVariant(texts, "de", "zh-hans"), "你好");
  assert.equal(pickVariant(texts, "", "pt"), "Hello");
  assert.equal(pickVariant({}, "en", "en"), "");
});
