// A form about a person (state/person_forms.ts) where it stands in the pane: opened, shut, saved, and where the focus goes.
import { useLayoutEffect, useRef } from "preact/hooks";
import { formKey, openForm, personForm, saveForm, shutForm, type PersonForm } from "../../state/person_forms";

export function usePersonForm(person: string, what: string, fields: Record<string, string> = {}) {
  const key = formKey(person, what);
  const form = personForm(key);
  const opener = useRef<HTMLButtonElement>(null);
  const isOpenedHere = useRef(false);
  /** Whoever went on elsewhere while it was saved stays there. */
  const goBack = (): void =>
    void requestAnimationFrame(() => document.activeElement === document.body && opener.current?.focus());
  return {
    form,
    opener,
    /** One that was left open, and is there again with its person, takes nobody's keyboard. */
    takesFocus: isOpenedHere.current,
    open: (): void => {
      isOpenedHere.current = true;
      openForm(key, fields);
    },
    shut: (): void => {
      shutForm(key);
      goBack();
    },
    save: async (save: Parameters<typeof saveForm>[1]): Promise<void> => {
      if (await saveForm(key, save)) goBack();
    },
  };
}

/** For what draws the form's fields: they are seen, and the first one has the focus where that is wanted. */
export function useShownForm(form: PersonForm, first: { current: HTMLElement | null }, takesFocus: boolean): void {
  useLayoutEffect(() => {
    form.isShown = true;
    if (takesFocus) first.current?.focus();
    return () => void (form.isShown = false);
  }, [form]);
}
