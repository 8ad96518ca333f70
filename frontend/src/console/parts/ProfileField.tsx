// One editable line of the profile.
import type { Icon } from "../../design/icons";
import { changeRow } from "../state/inbox";
import { saveProfile } from "../state/profile";
import type { Thread } from "../state/thread";
import { EditableText } from "./details/EditableText";

interface FieldProps {
  thread: Thread;
  field: "name" | "email" | "phone";
  icon: Icon;
  label: string;
  type: "text" | "email" | "tel";
}

const LIMITS = { name: 80, email: 254, phone: 40 };

async function save(thread: Thread, field: FieldProps["field"], text: string): Promise<void> {
  const { name, email } = await saveProfile(thread, { [field]: text });
  changeRow(thread.id, (row) => ({ ...row, visitor: { ...row.visitor, name, email } }));
}

export function ProfileField({ thread, field, icon: Shape, label, type }: FieldProps) {
  return (
    <div class="fact-row">
      <dt title={label}>
        <Shape />
        <span class="kf-sr">{label}</span>
      </dt>
      <dd>
        <EditableText
          key={thread.id}
          label={label}
          value={thread.profile.value?.[field] ?? ""}
          type={type}
          maxLength={LIMITS[field]}
          onSave={(text) => save(thread, field, text)}
        />
      </dd>
    </div>
  );
}
