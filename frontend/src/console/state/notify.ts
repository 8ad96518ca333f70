// Telling of news: a sound and a desktop notification, each as one chose for each kind. Also while the window is
// hidden or another one has the focus; of what is before one's eyes nothing is told.
import { computed, signal } from "@preact/signals";
import { BELL_EVENTS, type BellEvent } from "./bell";
import { readStored, writeStored } from "./preferences";
import { go, route } from "./route";
import { play } from "./sound";

interface BellChoice {
  sound: boolean;
  desktop: boolean;
}

const KEY = "kefu.bell";
const RUNG = "kefu.rung";
const OFFERED = "kefu.bell.offered";
/** Of several open windows one rings: the one in use at once, the others after a look whether it did. */
const OTHERS_WAIT_MS = 150;
const RUNG_MS = 2_000;

const DEFAULTS: Record<BellEvent, BellChoice> = {
  message: { sound: true, desktop: true },
  assigned: { sound: true, desktop: true },
  waiting: { sound: false, desktop: false },
  mention: { sound: true, desktop: true },
};

export const bellChoices = signal<Record<BellEvent, BellChoice>>(DEFAULTS);
/** 0 to 1. */
export const volume = signal(0.6);

type Permission = "granted" | "denied" | "default" | "missing";
const permissionNow = (): Permission => ("Notification" in window ? Notification.permission : "missing");
export const permission = signal<Permission>("missing");

const wasOffered = signal(true);
/** Who was never asked is offered it once: without a click no browser lets a page ask. */
export const isOffering = computed(
  () => !wasOffered.value && permission.value === "default" && BELL_EVENTS.some((event) => bellChoices.value[event].desktop),
);

export function answerOffer(isWanted: boolean): void {
  wasOffered.value = true;
  writeStored(OFFERED, "yes");
  if (isWanted) void askPermission();
}

export function loadBell(): void {
  permission.value = permissionNow();
  wasOffered.value = readStored(OFFERED) !== null;
  try {
    const kept = JSON.parse(readStored(KEY) ?? "{}") as { volume?: number; events?: Partial<Record<BellEvent, BellChoice>> };
    if (typeof kept.volume === "number") volume.value = Math.min(Math.max(kept.volume, 0), 1);
    bellChoices.value = Object.fromEntries(
      BELL_EVENTS.map((event) => [event, { ...DEFAULTS[event], ...kept.events?.[event] }]),
    ) as Record<BellEvent, BellChoice>;
  } catch {
    // What cannot be read is as if nothing had been chosen.
  }
}

const keep = (): void => writeStored(KEY, JSON.stringify({ volume: volume.peek(), events: bellChoices.peek() }));

export function chooseBell(event: BellEvent, choice: Partial<BellChoice>): void {
  bellChoices.value = { ...bellChoices.peek(), [event]: { ...bellChoices.peek()[event], ...choice } };
  keep();
}

export function chooseVolume(chosen: number): void {
  volume.value = chosen;
  keep();
}

/** Browsers ask only when somebody pressed something. */
export async function askPermission(): Promise<void> {
  if ("Notification" in window) await Notification.requestPermission();
  permission.value = permissionNow();
}

export interface News {
  event: BellEvent;
  conversation: string;
  title: string;
  text: string;
  /** Where it is not of this brand. */
  open?: () => void;
}

const isBeforeOnesEyes = (conversation: string): boolean =>
  !document.hidden && document.hasFocus() && route.peek().conversation === conversation;

export function ring(news: News): void {
  const mark = `${news.event}.${news.conversation}.${news.text.slice(0, 40)}`;
  if (isBeforeOnesEyes(news.conversation)) return noteRung(mark);
  setTimeout(() => !(mark in lastRung()) && tell(news, mark), document.hasFocus() ? 0 : OTHERS_WAIT_MS + Math.random() * OTHERS_WAIT_MS);
}

/** What was told of in the last moments, in whatever window, and when. */
function lastRung(): Record<string, number> {
  try {
    const rung = Object.entries(JSON.parse(readStored(RUNG) ?? "{}") as Record<string, number>);
    return Object.fromEntries(rung.filter(([, at]) => Date.now() - at < RUNG_MS));
  } catch {
    return {};
  }
}

const noteRung = (mark: string): void => writeStored(RUNG, JSON.stringify({ ...lastRung(), [mark]: Date.now() }));

function tell(news: News, mark: string): void {
  noteRung(mark);
  const choice = bellChoices.peek()[news.event];
  if (choice.sound && volume.peek() > 0) play(news.event, volume.peek());
  if (choice.desktop && permissionNow() === "granted" && (document.hidden || !document.hasFocus())) notify(news);
}

function notify({ conversation, title, text, open }: News): void {
  try {
    // The same tag: the next one of this conversation takes its place.
    const shown = new Notification(title, { body: text, tag: `kefu.${conversation}` });
    shown.onclick = () => {
      window.focus();
      if (open) open();
      else go({ conversation });
      shown.close();
    };
  } catch {
    // Some phones have notifications only for installed pages.
  }
}
