// Files on their way up, per composer: progress, refusals, and what is ready to be sent.
import { signal } from "@preact/signals";
import type { FileView, Limits } from "../../engine";
import { uploadFile } from "../api";
import { explain, words } from "../words";
import { fileSize } from "../words/times";
import { showToast } from "./toasts";

export interface Attachment {
  key: number;
  name: string;
  size: number;
  progress: number;
  file: FileView | null;
  error: string | null;
  preview: string | null;
  abort: () => void;
}

let nextKey = 1;

/** Kept per conversation, so that a file still on its way survives a look elsewhere. */
export class Attachments {
  readonly items = signal<readonly Attachment[]>([]);

  add(files: Iterable<File>, limits: Limits, refuse = (text: string): void => showToast({ kind: "error", text })): void {
    for (const file of files) {
      const refused = this.refusal(file, limits);
      if (refused) refuse(refused);
      else this.upload(file);
    }
  }

  private refusal(file: File, limits: Limits): string | null {
    const say = words.peek();
    if (this.items.peek().length >= limits.files) return say.tooManyFiles(limits.files);
    if (file.size > limits.upload) return say.fileTooLarge(file.name, fileSize(limits.upload));
    return file.size ? null : say.fileEmpty(file.name);
  }

  private upload(file: File): void {
    const key = nextKey++;
    const { done, abort } = uploadFile(file, (progress) => this.change(key, { progress }));
    const preview = file.type.startsWith("image/") ? URL.createObjectURL(file) : null;
    const item = { key, name: file.name, size: file.size, progress: 0, file: null, error: null, preview, abort };
    this.items.value = [...this.items.peek(), item];
    done.then(
      (view) => this.change(key, { file: view, progress: 1 }),
      (error: unknown) => this.change(key, { error: explain(error) }),
    );
  }

  private change(key: number, change: Partial<Attachment>): void {
    this.items.value = this.items.peek().map((item) => (item.key === key ? { ...item, ...change } : item));
  }

  remove(key: number): void {
    const item = this.items.peek().find((one) => one.key === key);
    if (!item) return;
    if (!item.file && !item.error) item.abort();
    if (item.preview) URL.revokeObjectURL(item.preview);
    this.items.value = this.items.peek().filter((one) => one.key !== key);
  }

  /** What nobody is going to send: uploads on their way end. */
  clear(): void {
    for (const item of this.items.peek()) this.remove(item.key);
  }

  get isUploading(): boolean {
    return this.items.value.some((item) => !item.file && !item.error);
  }

  /** Files that are on the server already: a canned reply's. */
  addReady(files: readonly FileView[]): void {
    const made = files.map((file) => {
      const preview = file.width ? file.url : null;
      return { key: nextKey++, name: file.name, size: file.size, progress: 1, file, error: null, preview, abort: () => {} };
    });
    this.items.value = [...this.items.peek(), ...made];
  }

  readyFiles(): FileView[] {
    return this.items.peek().flatMap((item) => (item.file ? [item.file] : []));
  }

  /** The uploaded files, which then belong to the message. What failed stays: nobody should believe that it was sent. */
  takeReady(): FileView[] {
    const ready = this.readyFiles();
    for (const item of this.items.peek()) if (!item.error) this.remove(item.key);
    return ready;
  }
}

const perConversation = new Map<string, Attachments>();

export function attachmentsOf(conversation: string): Attachments {
  let found = perConversation.get(conversation);
  if (!found) perConversation.set(conversation, (found = new Attachments()));
  return found;
}
