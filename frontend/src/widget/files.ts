// Files of messages: fetched with the visitor's token and shown from memory, since an <img> carries no token.
import type { FileView } from "../engine";
import { fetchFile } from "./api";

const pictures = new Map<string, Promise<string>>();

/** Only kinds that a browser draws and never runs. */
export const isPicture = (type: string): boolean => /^image\/(png|jpeg|gif|webp|avif)$/.test(type);

export function rememberBlob(id: string, url: string): void {
  pictures.set(id, Promise.resolve(url));
}

export function pictureUrl(token: string, file: FileView): Promise<string> {
  let url = pictures.get(file.id);
  if (!url) {
    url = fetchFile(token, file.url).then((blob) => URL.createObjectURL(new Blob([blob], { type: file.content_type })));
    pictures.set(file.id, url);
    url.catch(() => pictures.delete(file.id));
  }
  return url;
}

/** Always saved, never opened: as a page of our origin an uploaded file could act in the visitor's name. */
export async function saveFile(token: string, file: FileView): Promise<void> {
  const blob = await fetchFile(token, file.url);
  const url = URL.createObjectURL(new Blob([blob], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export function readableSize(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  const [value, unit] = bytes < 1_048_576 ? [bytes / 1_024, "KB"] : [bytes / 1_048_576, "MB"];
  return `${value >= 10 ? Math.round(value) : value.toFixed(1)} ${unit}`;
}
