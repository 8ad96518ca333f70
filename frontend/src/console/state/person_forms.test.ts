import "../testing";
import assert from "node:assert/strict";
import { test } from "node:test";
import { formKey, moveForms, openForm, personForm, saveForm, shutForm } from "./person_forms";
import { toasts } from "./toasts";

// Notices go by themselves; the test does not wait for it.
Object.assign(globalThis, { setTimeout: () => 0 });

const vera = formKey("vera", "note");
const ben = formKey("ben", "note");

test("what is begun about one person is nobody else's, and stays", () => {
  openForm(vera);
  personForm(vera)!.fields.text = "Likes blue";
  assert.equal(personForm(ben), undefined);
  openForm(vera, { text: "" });
  assert.equal(personForm(vera)!.fields.text, "Likes blue", "opened again it is what it was");
  shutForm(vera);
  assert.equal(personForm(vera), undefined);
});

test("it is saved once, however often that is pressed", async () => {
  openForm(vera, { text: "Likes blue" });
  let answer = (): void => {};
  const saved: string[] = [];
  const save = ({ text }: Readonly<Record<string, string>>): Promise<void> => (saved.push(text!), new Promise<void>((done) => (answer = done)));
  const first = saveForm(vera, save);
  assert.equal(personForm(vera)!.isSaving.value, true);
  assert.equal(await saveForm(vera, save), false);
  answer();
  assert.equal(await first, true);
  assert.deepEqual(saved, ["Likes blue"]);
  assert.equal(personForm(vera), undefined);
});

test("what is refused stays, and is told where it is seen", async () => {
  openForm(vera, { text: "Likes blue" });
  const refuse = (): Promise<void> => Promise.reject({ code: "forbidden" });
  personForm(vera)!.isShown = true;
  assert.equal(await saveForm(vera, refuse), false);
  assert.notEqual(personForm(vera)!.problem.value, "");
  assert.equal(toasts.value.length, 0);
  personForm(vera)!.isShown = false;
  await saveForm(vera, refuse);
  assert.equal(toasts.value.length, 1);
  assert.deepEqual(personForm(vera)!.fields, { text: "Likes blue" });
  shutForm(vera);
});

test("after a merge it is about who stays, also where it is just being saved", async () => {
  openForm(vera, { text: "Likes blue" });
  let answer = (): void => {};
  const saving = saveForm(vera, () => new Promise<void>((done) => (answer = done)));
  moveForms("vera", "ben");
  assert.equal(personForm(ben)!.fields.text, "Likes blue");
  answer();
  await saving;
  assert.equal(personForm(ben), undefined);
});
