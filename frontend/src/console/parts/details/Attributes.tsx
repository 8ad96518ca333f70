// Facts about the visitor: changed where they stand, removed, added.
import { useRef } from "preact/hooks";
import { CloseIcon, PlusIcon } from "../../../design/icons";
import { isComposing } from "../../../design/composing";
import type { PersonForm } from "../../state/person_forms";
import { saveProfile } from "../../state/profile";
import type { Thread } from "../../state/thread";
import { showError } from "../../state/toasts";
import { words } from "../../words";
import type { AttributeValue, Profile } from "../../wire";
import { EditableText } from "./EditableText";
import { Section } from "./Section";
import { usePersonForm, useShownForm } from "./usePersonForm";

/** What stood there as a number or a yes/no stays one where the new text is one. */
function valueOf(text: string, before?: AttributeValue): AttributeValue {
  if (typeof before === "number" && text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
  if (typeof before === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

function shown(value: AttributeValue): string {
  const say = words.value.profile;
  return typeof value === "boolean" ? (value ? say.yes : say.no) : String(value);
}

export function Attributes({ thread, profile }: { thread: Thread; profile: Profile }) {
  const say = words.value.profile;
  const known = Object.entries(profile.attributes ?? {}).sort(([one], [two]) => one.localeCompare(two));
  const set = (name: string, value: AttributeValue | null) => saveProfile(thread, { attributes: { [name]: value } });
  return (
    <Section name="attributes" title={say.attributes} aside={known.length || null}>
      {profile.external_id && (
        <dl class="attributes">
          <div>
            <dt>{words.value.customerId}</dt>
            <dd class="attribute-fixed">{profile.external_id}</dd>
          </div>
        </dl>
      )}
      {known.length ? (
        <dl class="attributes">
          {known.map(([name, value]) => (
            <div key={name}>
              <dt title={name}>{name}</dt>
              <dd>
                <EditableText label={name} value={String(value)} maxLength={500} onSave={(text) => set(name, text ? valueOf(text, value) : null)}>
                  {shown(value)}
                </EditableText>
                <button type="button" class="icon-button icon-button-s attribute-remove" aria-label={say.removeAttribute(name)} onClick={() => set(name, null).catch(showError)}>
                  <CloseIcon />
                </button>
              </dd>
            </div>
          ))}
        </dl>
      ) : (
        !profile.external_id && <p class="quiet">{say.noAttributes}</p>
      )}
      <NewAttribute person={profile.id} onSave={set} />
    </Section>
  );
}

function NewAttribute({ person, onSave }: { person: string; onSave: (name: string, value: string) => Promise<unknown> }) {
  const { form, opener, takesFocus, open, shut, save } = usePersonForm(person, "attribute");
  if (form) return <AttributeForm form={form} takesFocus={takesFocus} onSave={() => save(({ name, value }) => onSave(name!.trim(), value!.trim()))} onShut={shut} />;
  return (
    <button type="button" ref={opener} class="link section-more" onClick={open}>
      <PlusIcon />
      {words.value.profile.addAttribute}
    </button>
  );
}

interface AttributeFormProps {
  form: PersonForm;
  takesFocus: boolean;
  onSave: () => Promise<void>;
  onShut: () => void;
}

function AttributeForm({ form, takesFocus, onSave, onShut }: AttributeFormProps) {
  const say = words.value.profile;
  const first = useRef<HTMLInputElement>(null);
  const { fields, isSaving, problem } = form;
  useShownForm(form, first, takesFocus);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (fields.name?.trim() && fields.value?.trim()) void onSave();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || isComposing(event)) return;
    event.stopPropagation();
    onShut();
  };
  const field = (name: "name" | "value", label: string, maxLength: number) => ({
    class: "text-input",
    required: true,
    maxLength,
    placeholder: label,
    "aria-label": label,
    defaultValue: fields[name] ?? "",
    onInput: (event: { currentTarget: HTMLInputElement }) => (fields[name] = event.currentTarget.value),
  });
  return (
    <form class="attribute-new" onSubmit={submit} onKeyDown={onKeyDown}>
      <input ref={first} {...field("name", say.attributeName, 60)} />
      <input {...field("value", say.attributeValue, 500)} />
      {problem.value && <p class="fact-problem" role="alert">{problem.value}</p>}
      <div class="form-actions">
        <button type="button" class="button" onClick={onShut}>{words.value.cancel}</button>
        <button type="submit" class="button button-primary" disabled={isSaving.value}>{words.value.save}</button>
      </div>
    </form>
  );
}
