// One editable line of the profile: looks like text, becomes a field when pressed, saves on Enter or on leaving.
import { useEffect, useRef, useState } from "preact/hooks";
import { PencilIcon, type Icon } from "../../design/icons";
import { changeProfile } from "../api";
import { changeRow } from "../state/inbox";
import type { Thread } from "../state/thread";
import { showError } from "../state/toasts";
import { words } from "../words";
import type { Profile, ProfileChange } from "../wire";

interface FieldProps {
  thread: Thread;
  field: keyof ProfileChange;
  icon: Icon;
  label: string;
  type: "text" | "email" | "tel";
}

async function saveField(thread: Thread, field: keyof ProfileChange, value: string): Promise<void> {
  const before = thread.profile.peek();
  if (!before || (before[field] ?? "") === value) return;
  show(thread, { ...before, [field]: value });
  try {
    await changeProfile(before.id, { [field]: value });
  } catch (error) {
    show(thread, before);
    showError(error);
  }
}

function show(thread: Thread, profile: Profile): void {
  thread.profile.value = profile;
  const { name, email } = profile;
  changeRow(thread.id, (row) => ({ ...row, visitor: { ...row.visitor, name, email } }));
}

export function ProfileField({ thread, field, icon: Shape, label, type }: FieldProps) {
  const [isEditing, setEditing] = useState(false);
  const value = thread.profile.value?.[field] ?? "";
  const button = useRef<HTMLButtonElement>(null);
  const finish = (changed: string | null): void => {
    setEditing(false);
    if (changed !== null) void saveField(thread, field, changed.trim());
    requestAnimationFrame(() => button.current?.focus());
  };
  return (
    <div class="fact-row">
      <dt title={label}>
        <Shape />
        <span class="kf-sr">{label}</span>
      </dt>
      <dd>
        {isEditing ? (
          <FieldInput label={label} type={type} value={value} onFinish={finish} />
        ) : (
          <button type="button" ref={button} class={`fact-edit${value ? "" : " is-empty"}`} onClick={() => setEditing(true)}>
            <bdi title={value}>{value || words.value.addValue(label)}</bdi>
            <PencilIcon />
            {value && <span class="kf-sr">, {words.value.editValue(label)}</span>}
          </button>
        )}
      </dd>
    </div>
  );
}

function FieldInput(props: { label: string; type: string; value: string; onFinish: (changed: string | null) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const isDone = useRef(false);
  useEffect(() => input.current?.select(), []);
  const finish = (changed: string | null): void => {
    if (isDone.current) return;
    isDone.current = true;
    props.onFinish(changed);
  };
  return (
    <input
      ref={input}
      class="fact-input"
      type={props.type}
      maxLength={200}
      aria-label={props.label}
      defaultValue={props.value}
      onBlur={(event) => finish(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.isComposing) return;
        if (event.key === "Enter") finish(event.currentTarget.value);
        else if (event.key === "Escape") finish(null);
        else return;
        event.stopPropagation();
        event.preventDefault();
      }}
    />
  );
}
