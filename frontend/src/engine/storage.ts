/** What `act` answers; null where the browser refuses its storage (private windows, blocked), or it is full or broken. */
export function tryStorage<T>(act: (storage: Storage) => T): T | null {
  try {
    return act(localStorage);
  } catch {
    return null;
  }
}
