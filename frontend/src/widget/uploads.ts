// Files that wait in the composer: checked, uploaded at once, shown with their progress.
import { computed, signal } from "@preact/signals";
import type { FileView, Limits } from "../engine";
import { fill } from "../i18n";
import { uploadFile } from "./api";
import type { ApiError } from "./api";
import { isPicture, rememberBlob } from "./files";
import * as T from "./texts";

export interface Upload {
  id: number;
  file: File;
  /** Local picture, null for other kinds. */
  preview: string | null;
  share: number;
  view: FileView | null;
  /** In words. */
  error: string | null;
  cancel: AbortController;
}

let nextId = 1;

export class Uploads {
  readonly list = signal<Upload[]>([]);
  readonly notice = signal<string | null>(null);
  readonly isBusy = computed(() => this.list.value.some((one) => !one.view && !one.error));
  readonly isReady = computed(() => !this.isBusy.value && this.list.value.some((one) => one.view));

  constructor(
    private readonly token: () => string,
    private readonly limits: () => Limits,
  ) {}

  add(files: Iterable<File>): void {
    const most = this.limits().files;
    this.notice.value = null;
    for (const file of files) {
      if (this.list.value.length >= most) {
        this.notice.value = fill(T.tooMany, { n: most });
        return;
      }
      this.addOne(file);
    }
  }

  remove(id: number): void {
    const upload = this.list.value.find((one) => one.id === id);
    upload?.cancel.abort();
    this.list.value = this.list.value.filter((one) => one.id !== id);
    this.notice.value = null;
  }

  clear(): void {
    for (const { id } of this.list.value) this.remove(id);
  }

  retry(id: number): void {
    const upload = this.list.value.find((one) => one.id === id);
    if (!upload) return;
    this.change(id, { error: null, share: 0 });
    void this.start(upload);
  }

  /** Takes what is uploaded out of the composer. What failed stays: nobody should believe that it was sent. */
  take(): FileView[] {
    const done = this.list.value.map((one) => one.view).filter((view) => view !== null);
    this.list.value = this.list.value.filter((one) => one.error);
    this.notice.value = null;
    return done;
  }

  private get tooLarge(): string {
    return fill(T.tooLarge, { n: this.limits().upload >> 20 });
  }

  private addOne(file: File): void {
    const error = file.size > this.limits().upload ? this.tooLarge : file.size ? null : T.emptyFile;
    const upload: Upload = {
      id: nextId++,
      file,
      preview: isPicture(file.type) ? URL.createObjectURL(file) : null,
      share: 0,
      view: null,
      error,
      cancel: new AbortController(),
    };
    this.list.value = [...this.list.value, upload];
    if (!error) void this.start(upload);
  }

  private async start({ id, file, preview, cancel }: Upload): Promise<void> {
    try {
      const view = await uploadFile(this.token(), file, (share) => this.change(id, { share }), cancel.signal);
      if (preview) rememberBlob(view.id, preview); // what we sent needs no download
      this.change(id, { view, share: 1 });
    } catch (error) {
      this.change(id, { error: this.reasonOf(error) });
    }
  }

  private change(id: number, change: Partial<Upload>): void {
    this.list.value = this.list.value.map((one) => (one.id === id ? { ...one, ...change } : one));
  }

  private reasonOf(error: unknown): string {
    const { status } = error as Partial<ApiError>;
    return status === 413 ? this.tooLarge : status === 415 ? T.wrongKind : T.uploadFailed;
  }
}
