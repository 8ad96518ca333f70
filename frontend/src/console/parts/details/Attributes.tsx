// Facts about the visitor: changed where they stand, removed, added.
import { useRef, useState } from "preact/hooks";
import { CloseIcon, PlusIcon } from "../../../design/icons";
import { saveProfile } from "../../state/profile";
import type { Thread } from "../../state/thread";
import { showError } from "../../state/toasts";
import { explain, words } from "../../words";
import type { AttributeValue, Profile } from "../../wire";
import { EditableText } from "./EditableText";
import { Section } from "./Section";

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
      <NewAttribute onSave={set} />
    </Section>
  );
}

function NewAttribute({ onSave }: { onSave: (name: string, value: string) => Promise<unknown> }) {
  const say = words.value.profile;
  const [isOpen, setOpen] = useState(false);
  const [problem, setProblem] = useState("");
  const opener = useRef<HTMLButtonElement>(null);
  const shut = (): void => {
    setOpen(false);
    setProblem("");
    requestAnimationFrame(() => opener.current?.focus());
  };
  if (!isOpen) {
    return (
      <button type="button" ref={opener} class="link section-more" onClick={() => setOpen(true)}>
        <PlusIcon />
        {say.addAttribute}
      </button>
    );
  }
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const [name, value] = [String(form.get("name")).trim(), String(form.get("value")).trim()];
    if (!name || !value) return;
    try {
      await onSave(name, value);
      shut();
    } catch (error) {
      setProblem(explain(error));
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.stopPropagation();
    shut();
  };
  return (
    <form class="attribute-new" onSubmit={submit} onKeyDown={onKeyDown}>
      <input class="text-input" name="name" required maxLength={60} placeholder={say.attributeName} aria-label={say.attributeName} autofocus ref={(input) => input?.focus()} />
      <input class="text-input" name="value" required maxLength={500} placeholder={say.attributeValue} aria-label={say.attributeValue} />
      {problem && <p class="fact-problem" role="alert">{problem}</p>}
      <div class="form-actions">
        <button type="button" class="button" onClick={shut}>{words.value.cancel}</button>
        <button type="submit" class="button button-primary">{words.value.save}</button>
      </div>
    </form>
  );
}
