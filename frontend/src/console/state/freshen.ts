// What admins change while consoles are open: colleagues, queues, settings of the brand, tags, macros, canned replies;
// and what the agent saw in other windows. No event tells of it. It is asked for again after a new connection, when
// somebody comes back to the window or opens a conversation, and by each choice that shows it, so that nobody has to
// reload the page.
import { effect } from "@preact/signals";
import { canned, loadCanned } from "./canned";
import { loadMacros } from "./macros";
import { CHOOSER_MS } from "./refreshing";
import { route } from "./route";
import { refreshSession } from "./session";
import { loadTags } from "./tags";
import { freshenCounts } from "./tally";

const MINUTE_MS = 60_000;

export function freshen(olderThanMs = CHOOSER_MS): void {
  void refreshSession(olderThanMs);
  void freshenCounts(olderThanMs);
  void loadTags(olderThanMs);
  void loadMacros(olderThanMs);
  if (canned.peek() !== null) void loadCanned(olderThanMs);
}

/** Who is chosen from. */
export const freshenPeople = (): void => void refreshSession(CHOOSER_MS);
export const freshenTags = (): void => void loadTags(CHOOSER_MS);

export function startFreshening(): void {
  void loadMacros(); // M and a digit come quickly
  const look = (): void => void (document.hidden || freshen(MINUTE_MS));
  document.addEventListener("visibilitychange", look);
  addEventListener("focus", look);
  let last: string | null = null;
  effect(() => {
    const { conversation } = route.value;
    if (conversation && last !== null && conversation !== last) freshen(MINUTE_MS);
    last = conversation ?? "";
  });
}
