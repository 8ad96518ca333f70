// What was written and not sent: kept in this browser at once, and on the server a moment later, for the agent's other
// devices. The device that wrote last wins. Without a connection the local one stays, and goes up when there is one.
import { signal } from "@preact/signals";
import { deleteDraft, fetchDrafts, putDraft } from "../api";
import type { DraftView } from "../wire";
import { serverNow } from "./clock";
import { readStored, writeStored } from "./preferences";
import { me } from "./session";

export type Mode = "reply" | "note";

interface Kept {
  text: string;
  /** When it was written, by the server's clock as far as it is known. */
  ts: number;
  /** Not on the server yet. A text that was emptied stays until the server knows. */
  isOurs: boolean;
}

const FLUSH_MS = 800;
const ASK_AGAIN_MS = 3_000;
const MAX_LISTED = 200; // more may be on the server: what is missing from its list is then no news

/** Grows with every change that rows should show. */
export const draftsVersion = signal(0);
/** Another device wrote: what stands in a composer that nobody is using is no longer the newest. */
export const draftArrived = signal(0);

const prefix = (): string => `kefu.draft.${me.peek()?.brand.slug}.${me.peek()?.agent.id}.`;
const key = (conversation: string, mode: Mode): string => `${prefix()}${conversation}.${mode}`;

function read(at: string): Kept | null {
  const stored = readStored(at);
  if (stored === null) return null;
  try {
    const kept = JSON.parse(stored) as Kept;
    if (typeof kept.text === "string" && typeof kept.ts === "number") return kept;
  } catch {
    // As it was kept before the server had drafts.
  }
  return { text: stored, ts: 0, isOurs: true };
}

export const readDraft = (conversation: string, mode: Mode): string => read(key(conversation, mode))?.text ?? "";
export const draftTime = (conversation: string, mode: Mode): number => read(key(conversation, mode))?.ts ?? 0;

function keep(at: string, kept: Kept): void {
  const had = Boolean(read(at)?.text.trim());
  const isGone = !kept.text.trim() && !kept.isOurs;
  writeStored(at, isGone ? null : JSON.stringify(kept));
  if (had !== Boolean(kept.text.trim())) draftsVersion.value++;
}

export function writeDraft(conversation: string, mode: Mode, text: string): void {
  if (!text.trim() && !read(key(conversation, mode))?.text) return;
  keep(key(conversation, mode), { text: text.trim() ? text : "", ts: serverNow(), isOurs: true });
  flushSoon();
}

let flushTimer = 0;

function flushSoon(): void {
  clearTimeout(flushTimer);
  flushTimer = window.setTimeout(() => void flushDrafts(), FLUSH_MS);
}

function* allKept(): Generator<[string, string, Mode, Kept]> {
  const start = prefix();
  for (const at of storedKeys(start)) {
    const [conversation, mode] = at.slice(start.length).split(".");
    const kept = read(at);
    if (kept && conversation && (mode === "reply" || mode === "note")) yield [at, conversation, mode, kept];
  }
}

function storedKeys(start: string): string[] {
  try {
    return Object.keys(localStorage).filter((one) => one.startsWith(start));
  } catch {
    return [];
  }
}

/** When the server was last told of a draft: an answer that was asked for before may not know of it. */
const flushedAt = new Map<string, number>();

/** Refused as it was written: asked again only when it is written anew, and no reason to keep the others back. */
const refused = new Map<string, number>();

type Refusal = { status?: number };
const isForLater = ({ status }: Refusal): boolean => !status || status === 401 || status === 429 || status >= 500;

/** Takes up what the server does not know; what fails is tried again with the next change or connection. */
export async function flushDrafts(): Promise<void> {
  clearTimeout(flushTimer);
  for (const [at, conversation, mode, kept] of allKept()) {
    if (!kept.isOurs || refused.get(at) === kept.ts) continue;
    try {
      if (kept.text) await putDraft(conversation, KINDS[mode], kept.text, Math.round(kept.ts));
      else await deleteDraft(conversation, KINDS[mode], Math.round(kept.ts));
    } catch (error) {
      if (isForLater(error as Refusal)) return;
      // Nobody's conversation any more: nothing to keep for other devices.
      if ((error as Refusal).status !== 404) {
        refused.set(at, kept.ts);
        continue;
      }
    }
    const current = read(at);
    if (!current || current.ts !== kept.ts) continue;
    flushedAt.set(at, Date.now());
    keep(at, { ...current, isOurs: false });
  }
}

const KINDS = { reply: "message", note: "note" } as const;
const MODES = { message: "reply", note: "note" } as const;

/** Drafts as the server had them at some time after `asked`: all of the agent's, or all of one conversation. */
export function takeDrafts(drafts: readonly DraftView[], asked: number, only?: string): void {
  let isNews = false;
  const known = new Set<string>();
  const isOlder = (at: string): boolean => (flushedAt.get(at) ?? 0) >= asked;
  for (const { conversation, kind, text, ts } of drafts) {
    const at = key(conversation, MODES[kind]);
    known.add(at);
    const ours = read(at);
    if ((ours && ours.ts >= ts) || isOlder(at)) continue;
    keep(at, { text, ts, isOurs: false });
    isNews = true;
  }
  if (drafts.length < MAX_LISTED) {
    for (const [at, conversation, , kept] of allKept()) {
      if (kept.isOurs || known.has(at) || isOlder(at) || (only && conversation !== only)) continue;
      keep(at, { text: "", ts: kept.ts, isOurs: false }); // sent or thrown away elsewhere
      isNews = true;
    }
  }
  if (isNews) draftArrived.value++;
}

let askedAt = 0;

async function ask(): Promise<void> {
  if (Date.now() - askedAt < ASK_AGAIN_MS) return;
  askedAt = Date.now();
  try {
    await flushDrafts();
    const asked = Date.now();
    takeDrafts((await fetchDrafts()).drafts, asked);
  } catch {
    askedAt = 0; // the next look or connection asks again
  }
}

/** With each connection, and when somebody comes back to this device. */
export function refreshDrafts(): void {
  void ask();
}

export function startDrafts(): void {
  addEventListener("focus", refreshDrafts);
  addEventListener("pagehide", () => void flushDrafts());
}
