import { CloseIcon, FileIcon } from "../../design/icons";
import type { Attachment, Attachments } from "../state/attachments";
import { words } from "../words";
import { fileSize } from "../words/times";

export function AttachmentChips({ attachments }: { attachments: Attachments }) {
  const items = attachments.items.value;
  if (!items.length) return null;
  return (
    <ul class="chips">
      {items.map((item) => (
        <li key={item.key} class={`chip${item.error ? " is-failed" : ""}`}>
          {item.preview ? <img class="chip-picture" src={item.preview} alt="" /> : <span class="chip-picture"><FileIcon /></span>}
          <span class="chip-text">
            <bdi class="chip-name">{item.name}</bdi>
            <ChipState item={item} />
          </span>
          <button type="button" class="icon-button icon-button-s" aria-label={words.value.removeFile(item.name)} onClick={() => attachments.remove(item.key)}>
            <CloseIcon />
          </button>
          {!item.file && !item.error && <span class="chip-progress" style={{ width: `${item.progress * 100}%` }} />}
        </li>
      ))}
    </ul>
  );
}

function ChipState({ item }: { item: Attachment }) {
  const say = words.value;
  if (item.error) return <span class="chip-state" role="alert">{say.uploadFailed}. {item.error}</span>;
  if (item.file) return <span class="chip-state">{fileSize(item.size)}</span>;
  const percent = Math.round(item.progress * 100);
  return (
    <span class="chip-state" role="progressbar" aria-label={item.name} aria-valuenow={percent}>
      {say.uploading(percent)}
    </span>
  );
}
