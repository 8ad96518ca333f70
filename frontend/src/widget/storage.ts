// What the panel keeps in our origin's storage, per widget key. Browsers that refuse it (private windows,
// blocked third-party storage) get the same for as long as the page lives.

const memory = new Map<string, string>();

export class Storage {
  constructor(private readonly key: string) {}

  get(name: string): string | null {
    const full = `kefu.${name}.${this.key}`;
    try {
      return localStorage.getItem(full) ?? memory.get(full) ?? null;
    } catch {
      return memory.get(full) ?? null;
    }
  }

  set(name: string, value: string | null): void {
    const full = `kefu.${name}.${this.key}`;
    if (value === null) memory.delete(full);
    else memory.set(full, value);
    try {
      if (value === null) localStorage.removeItem(full);
      else localStorage.setItem(full, value);
    } catch {
      // Memory has it.
    }
  }
}
