// What the panel keeps in our origin's storage, per widget key. Browsers that refuse it (private windows,
// blocked third-party storage) get the same for as long as the page lives.
import { tryStorage } from "../engine";

const memory = new Map<string, string | null>();

export class Storage {
  constructor(private readonly key: string) {}

  get(name: string): string | null {
    const full = this.full(name);
    return tryStorage((storage) => storage.getItem(full)) ?? memory.get(full) ?? null;
  }

  set(name: string, value: string | null): void {
    const full = this.full(name);
    memory.set(full, value);
    tryStorage((storage) => {
      storage.removeItem(full); // where there is no room for the new one, the old one must not come back
      if (value) storage.setItem(full, value);
    });
  }

  private full(name: string): string {
    return `kefu.${name}.${this.key}`;
  }
}
