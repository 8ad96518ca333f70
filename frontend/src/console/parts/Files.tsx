// Files of a message: pictures as previews that open large, everything else as a card to download.
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { DownloadIcon, FileIcon, ImageIcon } from "../../design/icons";
import type { FileView } from "../../engine";
import { words } from "../words";
import { fileSize } from "../words/times";

export const openImage = signal<FileView | null>(null);

const SHOWN = /^image\/(png|jpeg|gif|webp|avif)$/;
const PREVIEW = { width: 300, height: 220 };

export function Files({ files }: { files: readonly FileView[] }) {
  return (
    <div class="files">
      {files.map((file) => (SHOWN.test(file.content_type) ? <Picture key={file.id} file={file} /> : <FileCard key={file.id} file={file} />))}
    </div>
  );
}

/** Room is kept in the right shape before the picture is here, so that nothing jumps. */
function previewSize({ width, height }: FileView): { width: number; height: number } {
  if (!width || !height) return { width: 200, height: 150 };
  const scale = Math.min(1, PREVIEW.width / width, PREVIEW.height / height);
  return { width: Math.max(Math.round(width * scale), 48), height: Math.max(Math.round(height * scale), 48) };
}

function Picture({ file }: { file: FileView }) {
  const [isBroken, setBroken] = useState(false);
  if (isBroken) return <FileCard file={file} note={words.value.brokenImage} />;
  const size = previewSize(file);
  return (
    <button type="button" class="picture" style={{ width: `${size.width}px`, aspectRatio: `${size.width} / ${size.height}` }} aria-label={words.value.openImage(file.name)} onClick={() => (openImage.value = file)}>
      <img src={file.url} alt="" width={size.width} height={size.height} loading="lazy" decoding="async" onError={() => setBroken(true)} />
    </button>
  );
}

function FileCard({ file, note }: { file: FileView; note?: string }) {
  return (
    <a class="file" href={file.url} download={file.name} title={words.value.downloadFile(file.name)}>
      <span class="file-icon">{note ? <ImageIcon /> : <FileIcon />}</span>
      <span class="file-text">
        <bdi class="file-name">{file.name}</bdi>
        <span class="file-size">{note ?? fileSize(file.size)}</span>
      </span>
      <DownloadIcon />
    </a>
  );
}
