// How a list is kept fresh that others change: shown as it is known, asked for anew when it is too old for its reader.

/** Whoever opens a choice sees what was saved so long ago. */
export const CHOOSER_MS = 3_000;

/**
 * `ask`, one at a time, and only where the last good answer was asked for longer ago than the caller likes. An answer that
 * does not come is asked for again the next time.
 */
export function refreshing(ask: () => Promise<void>, clock: () => number = Date.now): (olderThanMs?: number) => Promise<void> {
  let askedAt = -Infinity;
  let asking: Promise<void> | null = null;
  return (olderThanMs = CHOOSER_MS) => {
    if (asking) return asking;
    const now = clock();
    if (now - askedAt < olderThanMs) return Promise.resolve();
    asking = ask()
      .then(() => void (askedAt = now), () => {})
      .finally(() => (asking = null));
    return asking;
  };
}

/** The known value where the new one says the same: nothing is drawn again for it. */
export const sameOr = <T>(known: T, found: T): T => (JSON.stringify(known) === JSON.stringify(found) ? known : found);
