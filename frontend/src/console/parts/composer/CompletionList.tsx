import { useEffect, useRef } from "preact/hooks";
import { canned } from "../../state/canned";
import { cannedLanguage } from "../../state/canned_form";
import { askForNew, askForOwn } from "../../state/own_canned";
import { locale, words } from "../../words";
import type { Completion } from "./useCompletion";

export const LIST_ID = "completion";
export const optionId = (index: number): string => `${LIST_ID}-${index}`;

export function CompletionList({ completion }: { completion: Completion }) {
  const list = useRef<HTMLUListElement>(null);
  const { typed, options, index } = completion;
  useEffect(() => {
    list.current?.children[index]?.scrollIntoView({ block: "nearest" });
  }, [index, options.length]);
  if (!typed || (!options.length && typed.kind !== "canned")) return null;
  const say = words.value;
  const heading = say.completing[typed.kind];
  return (
    <div class="completion">
      <div class="menu-heading" aria-hidden="true">{heading}</div>
      <ul id={LIST_ID} ref={list} role="listbox" aria-label={heading}>
        {options.map((option, at) => (
          <li
            key={option.key}
            id={optionId(at)}
            role="option"
            class="completion-item"
            aria-selected={at === index}
            // Before the field loses its focus.
            onPointerDown={(event) => (event.preventDefault(), completion.choose(option))}
            onPointerMove={() => at !== index && completion.point(at)}
          >
            <b>{option.label}</b>
            {option.detail && <span class="completion-detail">{option.detail}</span>}
            {option.aside && <span class="menu-aside">{option.aside}</span>}
          </li>
        ))}
      </ul>
      {!options.length && <p class="menu-empty">{canned.value === null ? say.loading : say.noCanned}</p>}
      <p class="kf-sr" role="status">{say.choices(options.length)}</p>
      {typed.kind === "canned" && (
        <p class="completion-more">
          <button type="button" class="link" onPointerDown={(event) => (event.preventDefault(), askForNew(cannedLanguage(locale.peek())))} tabIndex={-1}>
            {say.newCanned}
          </button>
          <button type="button" class="link" onPointerDown={(event) => (event.preventDefault(), askForOwn())} tabIndex={-1}>
            {say.cannedMine}
          </button>
        </p>
      )}
    </div>
  );
}
