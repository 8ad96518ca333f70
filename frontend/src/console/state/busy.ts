// Conversations with something under way that one asked for.
import { signal } from "@preact/signals";

/** Their buttons wait, and what becomes of them does not ring. */
export const busy = signal<ReadonlySet<string>>(new Set());

export async function whileBusy<T>(ids: readonly string[], work: () => Promise<T>): Promise<T> {
  busy.value = new Set([...busy.peek(), ...ids]);
  try {
    return await work();
  } finally {
    const done = new Set(ids);
    busy.value = new Set([...busy.peek()].filter((id) => !done.has(id)));
  }
}
