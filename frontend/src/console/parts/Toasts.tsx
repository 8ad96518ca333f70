// Notices. A modal dialog makes all that is outside of it inert, the top layer too: so they stand in the topmost dialog,
// where their Undo can be pressed, or else over the page.
import { AlertIcon, CheckIcon, CloseIcon } from "../../design/icons";
import { dismissToast, toasts } from "../state/toasts";
import { words } from "../words";

export function Toasts() {
  const say = words.value;
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((toast) => (
        <div key={toast.id} class={`toast toast-${toast.kind}`}>
          {toast.kind === "error" ? <AlertIcon /> : <CheckIcon />}
          <span>{toast.text}</span>
          {toast.action && (
            <button type="button" class="link" onClick={() => (toast.action?.run(), dismissToast(toast.id))}>
              {toast.action.label}
            </button>
          )}
          <button type="button" class="icon-button icon-button-s" aria-label={say.dismiss} onClick={() => dismissToast(toast.id)}>
            <CloseIcon />
          </button>
        </div>
      ))}
    </div>
  );
}
