// What lies over everything: notices, the shortcut sheet, a picture in full size.
import { AlertIcon, CheckIcon, CloseIcon, DownloadIcon } from "../../design/icons";
import { recallAsked } from "../state/corrections";
import { mergeAsked } from "../state/profile";
import { isSheetOpen } from "../state/shortcuts";
import { dismissToast, toasts } from "../state/toasts";
import { words } from "../words";
import { RecallQuestion } from "./Corrections";
import { MergeDialog } from "./details/MergeDialog";
import { Dialog } from "./Dialog";
import { openImage } from "./Files";

export function Overlays() {
  return (
    <>
      <Toasts />
      {isSheetOpen.value && <ShortcutSheet />}
      {openImage.value && <Lightbox />}
      {recallAsked.value && <RecallQuestion />}
      {mergeAsked.value && <MergeDialog />}
    </>
  );
}

function Toasts() {
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

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

function ShortcutSheet() {
  const say = words.value;
  const groups: [string, string][][] = [
    [
      ["J", say.keyNext],
      ["K", say.keyPrevious],
      ["1 – 4", say.keyViews],
      ["/", say.keySearch],
      ["I", say.keyDetails],
      ["?", say.keySheet],
      ["Esc", say.keyEscape],
    ],
    [
      ["T", say.keyTake],
      ["X", say.keyTransfer],
      ["E", say.keyClose],
      ["R", say.keyReply],
      ["N", say.keyNote],
      ["Enter", say.keySend],
      [isMac ? "⌘ Enter" : "Ctrl Enter", say.keySendClose],
    ],
  ];
  return (
    <Dialog label={say.shortcuts} class="sheet" onClose={() => (isSheetOpen.value = false)}>
      <div class="sheet-inner">
        <header>
          <h2>{say.shortcuts}</h2>
          <button type="button" class="icon-button" aria-label={say.close} onClick={() => (isSheetOpen.value = false)}>
            <CloseIcon />
          </button>
        </header>
        <div class="sheet-groups">
          {groups.map((group, index) => (
            <dl key={index}>
              {group.map(([keys, text]) => (
                <div key={keys}>
                  <dt>{keys.split(" ").map((key) => (key === "–" ? "–" : <kbd key={key}>{key}</kbd>))}</dt>
                  <dd>{text}</dd>
                </div>
              ))}
            </dl>
          ))}
        </div>
      </div>
    </Dialog>
  );
}

function Lightbox() {
  const file = openImage.value!;
  const shut = (): void => {
    openImage.value = null;
  };
  return (
    <Dialog label={file.name} class="lightbox" onClose={shut}>
      <img src={file.url} alt={file.name} />
      <footer>
        <bdi>{file.name}</bdi>
        <a class="icon-button" href={file.url} download={file.name} aria-label={words.value.downloadFile(file.name)}>
          <DownloadIcon />
        </a>
        <button type="button" class="icon-button" aria-label={words.value.close} onClick={shut}>
          <CloseIcon />
        </button>
      </footer>
    </Dialog>
  );
}
