// Who is here: the agent, the brand, the colleagues. Loaded at start, kept by events, and loaded anew for what no event
// tells of: new colleagues and queues, other settings of the brand (state/freshen.ts).
import { computed, signal } from "@preact/signals";
import type { Availability } from "../../engine/frames";
import { ApiError, fetchMe, rememberCsrf } from "../api";
import type { Me } from "../wire";
import { refreshing, sameOr } from "./refreshing";

type Start = { kind: "loading" } | { kind: "ready" } | { kind: "no_access" } | { kind: "failed"; error: unknown };

export const start = signal<Start>({ kind: "loading" });
export const me = signal<Me | null>(null);
export const myId = computed(() => me.value?.agent.id ?? "");
export const isSupervisor = computed(() => me.value !== null && me.value.agent.role !== "agent");
export const isAdmin = computed(() => me.value?.agent.role === "admin");

export function goToSignIn(): void {
  location.assign(`/account/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/** Answers whether there is someone to work for; otherwise `start` says why not. */
export async function loadSession(): Promise<boolean> {
  start.value = { kind: "loading" };
  try {
    const answer = await fetchMe();
    rememberCsrf(answer.csrf);
    me.value = answer;
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) goToSignIn();
    else if (error instanceof ApiError && (error.status === 403 || error.status === 404)) start.value = { kind: "no_access" };
    else start.value = { kind: "failed", error };
    return false;
  }
}

/** What came by event while an answer was on its way, which may not know of it. */
const notedMeanwhile = new Map<string, Availability>();

export const refreshSession = refreshing(async () => {
  notedMeanwhile.clear();
  const { csrf, ...answer } = await fetchMe();
  rememberCsrf(csrf);
  const known = me.peek();
  if (!known) return;
  // Counts have their own ways (state/tally.ts).
  const { counts, unseen_mentions } = known;
  me.value = sameOr<Me>(known, { ...known, ...answer, counts, unseen_mentions });
  for (const [agent, availability] of notedMeanwhile) noteAvailability(agent, availability);
});

export function noteAvailability(agent: string, availability: Availability): void {
  notedMeanwhile.set(agent, availability);
  const known = me.peek();
  if (!known) return;
  me.value = {
    ...known,
    agent: known.agent.id === agent ? { ...known.agent, availability } : known.agent,
    agents: known.agents.map((one) => (one.id === agent ? { ...one, availability } : one)),
  };
}
