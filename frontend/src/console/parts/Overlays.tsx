// What lies over everything: notices, dialogs, a picture in full size.
import { CloseIcon, DownloadIcon } from "../../design/icons";
import { recallAsked } from "../state/corrections";
import { mergeAsked } from "../state/profile";
import { cannedAsked } from "../state/own_canned";
import { sendQuestion } from "../state/composing";
import { paletteMode } from "../state/palette";
import { isSettingsOpen, isSheetOpen, transferAsked } from "../state/shortcuts";
import { words } from "../words";
import { CannedDialog } from "./canned/CannedDialog";
import { SendQuestion } from "./composer/SendQuestion";
import { RecallQuestion } from "./Corrections";
import { MergeDialog } from "./details/MergeDialog";
import { Dialog, openDialogs } from "./Dialog";
import { openImage } from "./Files";
import { areFiltersOpen, FilterDialog } from "./inbox/Filters";
import { ManageViewsDialog, SaveViewDialog } from "./inbox/SavedViews";
import { snoozeAsked, SnoozeDialog } from "./inbox/SnoozeDialog";
import { isManagingViews, isSavingView } from "./inbox/Views";
import { Palette } from "./Palette";
import { Preferences } from "./Preferences";
import { ShortcutSheet } from "./ShortcutSheet";
import { Toasts } from "./Toasts";
import { TransferDialog } from "./TransferDialog";

/** Here and not in the panes: a phone hides the list beside a conversation, and a modal dialog in a hidden pane is a
 *  page that answers nothing. */
export function Overlays() {
  return (
    <>
      {!openDialogs.value.length && <Toasts />}
      {isSheetOpen.value && <ShortcutSheet />}
      {isSettingsOpen.value && <Preferences />}
      {paletteMode.value && <Palette key={paletteMode.value} />}
      {transferAsked.value && <TransferDialog key={transferAsked.value} />}
      {cannedAsked.value && <CannedDialog />}
      {sendQuestion.value && <SendQuestion />}
      {openImage.value && <Lightbox />}
      {recallAsked.value && <RecallQuestion />}
      {mergeAsked.value && <MergeDialog />}
      {areFiltersOpen.value && <FilterDialog />}
      {isSavingView.value && <SaveViewDialog />}
      {isManagingViews.value && <ManageViewsDialog />}
      {snoozeAsked.value && <SnoozeDialog />}
    </>
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
