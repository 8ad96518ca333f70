// What the context pane knows of a visitor beyond the snapshot: asked for when the pane is shown, and again when a
// colleague changed it. Pages come live.
import { signal } from "@preact/signals";
import { askAgent } from "../api";
import type { Former, PageSeen, PersonNote, Profile, ProfileChange, VisitorSummary } from "../wire";
import { moveForms } from "./person_forms";
import { readStored, writeStored } from "./preferences";
import type { Thread } from "./thread";

const SHOWN_PAGES = 10;
const REFRESH_MS = 300;
const FOLDED = "kefu.folded";

const visitorPath = (id: string, rest = ""): string => `/visitors/${encodeURIComponent(id)}${rest}`;

/** Threads whose whole profile could not be loaded. */
export const failedProfile = signal<string | null>(null);

/** The question that is under way. Only the answer to the last one counts: an earlier one may lack what was told since. */
const asked = new WeakMap<Thread, object>();

export async function loadProfile(thread: Thread): Promise<void> {
  const known = thread.profile.peek();
  if (!known) return;
  const question = {};
  asked.set(thread, question);
  try {
    const whole = await askAgent<Profile>("GET", `${visitorPath(known.id)}?beside=${encodeURIComponent(thread.id)}`);
    if (asked.get(thread) !== question) return;
    if (failedProfile.peek() === thread.id) failedProfile.value = null;
    if (thread.profile.peek()?.id === whole.id) thread.profile.value = whole;
  } catch {
    if (asked.get(thread) === question) failedProfile.value = thread.id;
  } finally {
    if (asked.get(thread) === question) asked.delete(thread);
  }
}

const waiting = new Map<string, number>();

function loadSoon(thread: Thread): void {
  if (waiting.has(thread.id)) return;
  const load = (): void => {
    waiting.delete(thread.id);
    void loadProfile(thread);
  };
  waiting.set(thread.id, window.setTimeout(load, REFRESH_MS));
}

/** Something is told: the answer to a question under way may be from before, is not taken, and is asked for again. */
function renewQuestion(thread: Thread): void {
  if (!asked.has(thread)) return;
  asked.set(thread, {});
  loadSoon(thread);
}

/** A colleague, the site or the visitor changed something; after a merge the conversation has another visitor. */
export function noteVisitorUpdated(
  { visitor, merged_into }: { visitor: string; merged_into?: string },
  threads: Iterable<Thread>,
): void {
  if (merged_into) moveForms(visitor, merged_into);
  for (const thread of threads) {
    if (thread.profile.peek()?.id !== visitor) continue;
    if (merged_into) thread.reload().then(() => loadSoon(thread), () => undefined);
    else if (thread.profile.peek()?.trail) loadSoon(thread);
    if (!merged_into) renewQuestion(thread);
  }
}

export function notePageViewed({ visitor, page }: { visitor: string; page: PageSeen }, threads: Iterable<Thread>): void {
  for (const thread of threads) {
    const known = thread.profile.peek();
    if (known?.id !== visitor) continue;
    renewQuestion(thread);
    const { trail } = known;
    const fresh = trail && { trail: [page, ...trail].slice(0, Math.max(SHOWN_PAGES, trail.length)) };
    const isMore = known.trail_more || (trail?.length ?? 0) >= SHOWN_PAGES;
    thread.profile.value = { ...known, page: { ...known.page, url: page.url, title: page.title }, ...fresh, trail_more: isMore };
  }
}

function change(thread: Thread, id: string, change: (profile: Profile) => Profile): void {
  const known = thread.profile.peek();
  if (known?.id === id) thread.profile.value = change(known);
}

/** Saves first and shows then: what the server refuses stays in the field with the reason. */
export async function saveProfile(thread: Thread, fields: ProfileChange): Promise<Profile> {
  const { id } = thread.profile.peek()!;
  const saved = await askAgent<Profile>("PATCH", visitorPath(id), fields);
  const { name, email, phone, locale, attributes } = saved;
  change(thread, id, (known) => ({ ...known, name, email, phone, locale, attributes }));
  return saved;
}

/** Keeps the visitor out, or lets it in again. */
export async function setBlocked(thread: Thread, isBlocked: boolean): Promise<void> {
  const { id } = thread.profile.peek()!;
  const { blocked } = await askAgent<Profile>(isBlocked ? "POST" : "DELETE", visitorPath(id, "/block"));
  change(thread, id, (known) => ({ ...known, blocked }));
}

export async function loadTrail(thread: Thread): Promise<void> {
  const { id } = thread.profile.peek()!;
  const { views } = await askAgent<{ views: PageSeen[] }>("GET", visitorPath(id, "/page-views"));
  change(thread, id, (known) => ({ ...known, trail: views, trail_more: false }));
}

export async function loadFormer(thread: Thread): Promise<void> {
  const { id, former_next: cursor } = thread.profile.peek()!;
  if (!cursor) return;
  const asked = new URLSearchParams({ beside: thread.id, cursor });
  const page = await askAgent<{ rows: Former[]; next: string | null }>("GET", visitorPath(id, `/conversations?${asked}`));
  change(thread, id, (known) => {
    const seen = new Set(known.former.map((one) => one.id));
    return { ...known, former: [...known.former, ...page.rows.filter((one) => !seen.has(one.id))], former_next: page.next };
  });
}

const withNotes = (thread: Thread, id: string, edit: (notes: readonly PersonNote[]) => readonly PersonNote[]): void =>
  change(thread, id, (known) => ({ ...known, notes: edit(known.notes ?? []) }));

export async function addPersonNote(thread: Thread, text: string): Promise<void> {
  const { id } = thread.profile.peek()!;
  const note = await askAgent<PersonNote>("POST", visitorPath(id, "/notes"), { text });
  withNotes(thread, id, (notes) => [note, ...notes.filter((one) => one.id !== note.id)]);
}

export async function editPersonNote(thread: Thread, note: PersonNote, text: string): Promise<void> {
  const { id } = thread.profile.peek()!;
  const saved = await askAgent<PersonNote>("PATCH", visitorPath(id, `/notes/${note.id}`), { text });
  withNotes(thread, id, (notes) => notes.map((one) => (one.id === note.id ? saved : one)));
}

export async function deletePersonNote(thread: Thread, note: PersonNote): Promise<void> {
  const { id } = thread.profile.peek()!;
  await askAgent("DELETE", visitorPath(id, `/notes/${note.id}`));
  withNotes(thread, id, (notes) => notes.filter((one) => one.id !== note.id));
}

// ---- merging ----

export interface MergePreview {
  from: VisitorSummary;
  into: VisitorSummary;
  conversations: number;
  page_views: number;
  notes: number;
  closes: string | null;
  refusal: string | null;
}

/** The conversation whose visitor is to be merged; null: no dialog. */
export const mergeAsked = signal<{ thread: Thread; other: string | null } | null>(null);

export const findVisitors = async (q: string): Promise<VisitorSummary[]> =>
  (await askAgent<{ visitors: VisitorSummary[] }>("GET", `/visitors?${new URLSearchParams({ q })}`)).visitors;

export const previewMerge = (from: string, into: string): Promise<MergePreview> =>
  askAgent("GET", visitorPath(from, `/merge?into=${encodeURIComponent(into)}`));

export const mergeVisitors = (from: string, into: string): Promise<Profile> =>
  askAgent("POST", visitorPath(from, "/merge"), { into });

// ---- sections that are folded, in this browser ----

export const folded = signal<ReadonlySet<string>>(new Set((readStored(FOLDED) ?? "").split(" ").filter(Boolean)));

export function toggleSection(name: string): void {
  const next = new Set(folded.peek());
  if (!next.delete(name)) next.add(name);
  folded.value = next;
  writeStored(FOLDED, next.size ? [...next].join(" ") : null);
}
