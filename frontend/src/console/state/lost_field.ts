// A field that vanishes while somebody writes in it: what is typed on was meant for it, and is no shortcut. Pure.

const TYPES_ON_MS = 1_500;

export interface Typed {
  key: string;
  /** By one clock, in milliseconds. */
  at: number;
  /** Together with Ctrl, Cmd or Alt: that is meant, wherever one is. */
  isModified: boolean;
}

export class LostField<Field> {
  private last: { field: Field; at: number } | null = null;

  constructor(private readonly isThere: (field: Field) => boolean) {}

  /** Something was typed into a field. Keys that leave or send end the writing: what follows them is meant. */
  noteTyped(field: Field, { key, at, isModified }: Typed): void {
    this.last = isModified || /^(Enter|Escape|Tab)$/.test(key) ? null : { field, at };
  }

  forget(): void {
    this.last = null;
  }

  /** Whether a key that is pressed for nobody belongs to what was being written; so does the one that follows soon. */
  takes({ key, at, isModified }: Typed): boolean {
    if (!this.last || this.isThere(this.last.field) || isModified || key.length > 1) return false;
    const isSoon = at - this.last.at < TYPES_ON_MS;
    this.last = isSoon ? { ...this.last, at } : null;
    return isSoon;
  }
}
