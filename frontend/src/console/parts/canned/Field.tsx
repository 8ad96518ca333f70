// A field with what is wrong with it: said beside it, and tied to it for whoever does not see it.
import { useId } from "preact/hooks";

interface Tied {
  "aria-invalid": boolean;
  "aria-describedby": string | undefined;
}

interface Props {
  label: string;
  problem?: string;
  hint?: string;
  children: (tied: Tied) => preact.ComponentChildren;
}

export function Field({ label, problem = "", hint = "", children }: Props) {
  const id = useId();
  const said = problem || hint;
  return (
    <label class="field">
      <span>{label}</span>
      {children({ "aria-invalid": problem !== "", "aria-describedby": said ? id : undefined })}
      <small id={id} class={problem ? "form-error" : "quiet"} aria-live="polite">{said}</small>
    </label>
  );
}
