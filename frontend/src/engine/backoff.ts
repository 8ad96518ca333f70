// Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ — a cut of
// thousands of clients at once comes back spread over the whole window instead of in steps.

const FLOOR_MS = 500;
const CEILING_MS = 30_000;

/** Delay before reconnect number `attempt` (0 = the first after a cut). */
export function reconnectDelay(attempt: number, random: () => number = Math.random): number {
  const window = Math.min(CEILING_MS, FLOOR_MS * 2 ** Math.min(attempt + 1, 16));
  return Math.round(FLOOR_MS + random() * (window - FLOOR_MS));
}

type CloseVerdict =
  | { kind: "retry"; atLeastMs: number }
  | { kind: "fatal" } // the owner decides: new session, sign in again
  | { kind: "epoch" }; // the brand's history was replaced: reload

/** After these we wait longer. 4400 is a fault of ours: trying again soon would repeat it. */
const AT_LEAST_MS: Record<number, number> = { 1013: 3_000, 4429: 10_000, 4400: 30_000 };

/** What a close code asks of us. Unknown codes (1006 above all) are an ordinary cut. */
export function verdictOn(code: number): CloseVerdict {
  if (code === 4401 || code === 4403) return { kind: "fatal" };
  return code === 4409 ? { kind: "epoch" } : { kind: "retry", atLeastMs: AT_LEAST_MS[code] ?? 0 };
}
