// Forms about a person that are open: a note, another wording of one, a new attribute. They belong to the person and not
// to the pane, which shows whoever is before one's eyes: what was begun about Vera is saved for her or not at all, and
// is still there when one comes back to her. In memory: it ends with the page.
import { signal, type Signal } from "@preact/signals";
import { explain } from "../words";
import { showError } from "./toasts";

export interface PersonForm {
  /** What stands in its fields; written with each letter, and nobody is drawn anew for it. */
  fields: Record<string, string>;
  isSaving: Signal<boolean>;
  problem: Signal<string>;
  /** Whether somebody sees it: a refusal that nobody would read there is told elsewhere. */
  isShown: boolean;
}

const forms = signal<ReadonlyMap<string, PersonForm>>(new Map());

/** `what`: "note", "note.<id>", "attribute". */
export const formKey = (person: string, what: string): string => `${person}/${what}`;

export const personForm = (key: string): PersonForm | undefined => forms.value.get(key);

export function openForm(key: string, fields: Record<string, string> = {}): void {
  if (forms.peek().has(key)) return;
  const form = { fields, isSaving: signal(false), problem: signal(""), isShown: false };
  forms.value = new Map([...forms.peek(), [key, form]]);
}

export function shutForm(key: string): void {
  forms.value = new Map([...forms.peek()].filter(([one]) => one !== key));
}

/** Saves once, however often it is pressed, and shuts the form. Tells whether it is saved; else its text stays. */
export async function saveForm(key: string, save: (fields: Readonly<Record<string, string>>) => Promise<unknown>): Promise<boolean> {
  const form = forms.peek().get(key);
  if (!form || form.isSaving.peek()) return false;
  form.isSaving.value = true;
  form.problem.value = "";
  try {
    await save({ ...form.fields });
    forget(form);
    return true;
  } catch (error) {
    form.problem.value = explain(error);
    if (!form.isShown) showError(error);
    return false;
  } finally {
    form.isSaving.value = false;
  }
}

/** By itself and not by its key, which a merge may have changed meanwhile. */
function forget(form: PersonForm): void {
  forms.value = new Map([...forms.peek()].filter(([, one]) => one !== form));
}

/** Two were merged: what was being written about one is about the other. */
export function moveForms(from: string, into: string): void {
  const moved = [...forms.peek()].map(([key, form]): [string, PersonForm] => {
    const [person, what] = key.split("/") as [string, string];
    return [person === from && !forms.peek().has(formKey(into, what)) ? formKey(into, what) : key, form];
  });
  forms.value = new Map(moved);
}
