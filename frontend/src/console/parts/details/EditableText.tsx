// A text that becomes a field when pressed. Enter or leaving saves, Esc leaves it as it was. What the server refuses
// stays in the field, with the reason below; where the field is gone by then (somebody else is shown), in a notice.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { PencilIcon } from "../../../design/icons";
import { isComposing } from "../../../design/composing";
import { showError } from "../../state/toasts";
import { explain, words } from "../../words";

interface Props {
  label: string;
  value: string;
  type?: "text" | "email" | "tel";
  maxLength?: number;
  /** What is shown; the value itself otherwise. */
  children?: ComponentChildren;
  onSave: (text: string) => Promise<unknown>;
}

export function EditableText({ label, value, type = "text", maxLength = 200, children, onSave }: Props) {
  const [isEditing, setEditing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const leave = (): void => {
    setEditing(false);
    requestAnimationFrame(() => button.current?.focus());
  };
  if (isEditing) return <Field {...{ label, value, type, maxLength, onSave }} onLeave={leave} onGone={() => setEditing(false)} />;
  return (
    <button type="button" ref={button} class={`fact-edit${value ? "" : " is-empty"}`} onClick={() => setEditing(true)}>
      <bdi title={value}>{children ?? (value || words.value.addValue(label))}</bdi>
      <PencilIcon />
      {value && <span class="kf-sr">, {words.value.editValue(label)}</span>}
    </button>
  );
}

interface FieldProps extends Required<Pick<Props, "label" | "value" | "type" | "maxLength" | "onSave">> {
  /** Done or given up by keyboard: the focus goes back. */
  onLeave: () => void;
  /** Left with the mouse or Tab: the focus is elsewhere already. */
  onGone: () => void;
}

function Field({ label, value, type, maxLength, onSave, onLeave, onGone }: FieldProps) {
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState("");
  // What it was opened with, which somebody else may change meanwhile: leaving it as it was saves nothing.
  const before = useRef(value);
  const isBusy = useRef(false);
  const isOver = useRef(false);
  const save = async (done: () => void): Promise<void> => {
    const text = input.current?.value.trim() ?? before.current;
    if (isBusy.current || isOver.current) return;
    isBusy.current = true;
    try {
      if (text !== before.current) await onSave(text);
      isOver.current = true;
      done();
    } catch (error) {
      if (!input.current) return showError(error);
      setProblem(explain(error));
      input.current.focus();
    } finally {
      isBusy.current = false;
    }
  };
  // Also where the pane goes on to somebody else: a field that is taken away need not lose its focus first, and what it
  // says is about the person whom it was opened for, as `onSave` is.
  const leave = useRef(save);
  leave.current = save;
  useLayoutEffect(() => {
    input.current?.select();
    return () => void leave.current(() => undefined);
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isComposing(event)) return;
    if (event.key === "Enter") void save(onLeave);
    else if (event.key === "Escape") {
      isOver.current = true;
      onLeave();
    } else return;
    event.stopPropagation();
    event.preventDefault();
  };
  return (
    <>
      <input
        ref={input}
        class="fact-input"
        type={type}
        maxLength={maxLength}
        aria-label={label}
        aria-invalid={problem ? true : undefined}
        aria-describedby={problem ? "fact-problem" : undefined}
        defaultValue={value}
        onBlur={() => void save(onGone)}
        onKeyDown={onKeyDown}
      />
      {problem && <p class="fact-problem" id="fact-problem" role="alert">{problem}</p>}
    </>
  );
}
