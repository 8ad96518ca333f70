// A text for each language; further languages are added, and taken away again.
import { useSignal, type Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { CloseIcon, PlusIcon } from "../../../design/icons";
import { languagesLeft, unknownVariables, VARIABLES, type Problem } from "../../state/canned_form";
import { me } from "../../state/session";
import { locale, words } from "../../words";
import { languageName } from "../../words/times";
import { Field } from "./Field";

type Texts = Readonly<Record<string, string>>;

export function CannedTexts({ texts, problems }: { texts: Signal<Texts>; problems: Record<string, Problem> }) {
  const say = words.value;
  const added = useSignal("");
  const languages = Object.keys(texts.value);
  const drop = (language: string): void => {
    const { [language]: _gone, ...left } = texts.peek();
    texts.value = left;
  };
  const add = (language: string): void => {
    texts.value = { ...texts.peek(), [language]: "" };
    added.value = language;
  };
  return (
    <>
      {languages.map((language) => (
        <OneText
          key={language}
          language={language}
          text={texts.value[language]!}
          problem={problems[language]}
          isAdded={added.value === language}
          onInput={(text) => (texts.value = { ...texts.peek(), [language]: text })}
          onDrop={languages.length > 1 ? () => drop(language) : null}
        />
      ))}
      <AddLanguage left={languagesLeft(texts.value)} onAdd={add} />
      <p class="quiet">
        {say.cannedVariables} {VARIABLES.map((name) => <code key={name}>{`{{${name}}}`}</code>)} {say.cannedInstead}
      </p>
    </>
  );
}

interface OneTextProps {
  language: string;
  text: string;
  problem: Problem | undefined;
  isAdded: boolean;
  onInput: (text: string) => void;
  onDrop: (() => void) | null;
}

function OneText({ language, text, problem, isAdded, onInput, onDrop }: OneTextProps) {
  const say = words.value;
  const field = useRef<HTMLTextAreaElement>(null);
  const name = languageName(language, locale.value);
  const unknown = unknownVariables(text);
  useEffect(() => void (isAdded && field.current?.focus()), []);
  return (
    <div class="canned-text">
      <Field label={say.cannedTextIn(name)} problem={problem && say.cannedProblems[problem]} hint={unknown.length ? say.cannedUnknown(unknown.join(" ")) : ""}>
        {(tied) => <textarea ref={field} rows={4} maxLength={me.value!.limits.text} lang={language} dir="auto" {...tied} value={text} onInput={(event) => onInput(event.currentTarget.value)} />}
      </Field>
      {onDrop && (
        <button type="button" class="icon-button icon-button-s" aria-label={say.cannedDropText(name)} onClick={onDrop}>
          <CloseIcon />
        </button>
      )}
    </div>
  );
}

/** Chosen first and then added: the arrows of a closed list choose as they pass. */
function AddLanguage({ left, onAdd }: { left: string[]; onAdd: (language: string) => void }) {
  const say = words.value;
  const chosen = useSignal(left[0] ?? "");
  const language = left.includes(chosen.value) ? chosen.value : left[0];
  if (!language) return null;
  return (
    <div class="canned-add">
      <select aria-label={say.cannedAddLanguage} value={language} onChange={(event) => (chosen.value = event.currentTarget.value)}>
        {left.map((code) => <option key={code} value={code}>{languageName(code, locale.value)}</option>)}
      </select>
      <button type="button" class="button" onClick={() => onAdd(language)}>
        <PlusIcon />
        {say.cannedAdd}
      </button>
    </div>
  );
}
