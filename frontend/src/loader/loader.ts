// The one script on a customer's page: bubble, frame, window.kefu(). Everything else loads inside the frame,
// when the visitor comes near the bubble, or at idle for one who has a conversation. See docs/widget.md.
import { toHostChecks, unwrap, wrap } from "../widget/bridge";
import type { Identity, PageInfo, Theme, ToHost, ToPanel } from "../widget/bridge";
import * as view from "./view";

/** Put in by the server that serves /kefu.js: `{"accent": "#rrggbb"}`. A plain static copy works without. */
declare const __KEFU_BRAND__: { accent?: string };

interface BootOptions {
  key?: string;
  locale?: string;
  theme?: string;
  identity?: Identity;
}

type Listener = (value?: unknown) => void;
type Call = ArrayLike<unknown>;
interface Api {
  (...call: unknown[]): void;
  q?: Call[];
}

const READY_WITHIN_MS = 15_000;
const script = document.currentScript as HTMLScriptElement | null;
const origin = new URL(script?.src || location.href).origin;
const darkMedia = window.matchMedia("(prefers-color-scheme: dark)");

let key = "";
let isOpen = false;
let isReady = false; // the panel listens
let isShown = false; // and has been ready once
let isAsleep = true; // no frame yet
let mustReset = false; // signed out, and the panel has not said that it forgot
let accent = (typeof __KEFU_BRAND__ === "object" && __KEFU_BRAND__.accent) || "#2f6bd8";
let locale = document.documentElement.lang || navigator.language;
let wantedTheme: string | undefined;
let identity: Identity | undefined;
let attributes: object | undefined;
let seen = "";
let told = "";
let readyTimer: ReturnType<typeof setTimeout> | undefined;
const listeners: Record<string, Listener[]> = {};

const theme = (): Theme =>
  wantedTheme === "dark" || (wantedTheme !== "light" && darkMedia.matches) ? "dark" : "light";

const page = (): PageInfo => ({
  url: location.href.slice(0, 2_000),
  title: document.title.slice(0, 300),
  referrer: document.referrer.slice(0, 2_000),
});

function emit(event: string, value?: unknown): void {
  // On a turn of its own: a fault of the page must not stop the chat.
  for (const listener of listeners[event] ?? []) setTimeout(listener, 0, value);
}

const post = (message: ToPanel): void => {
  if (isReady) view.frame!.contentWindow?.postMessage(wrap(message), origin);
};

/** The whole state at every change: a frame that is still coming misses nothing, none can get out of step. */
function tell(): void {
  if (!key) return;
  view.setColours(accent, theme());
  view.setLocale(locale);
  told = location.href;
  post({ type: "state", isOpen, page: page(), locale, theme: theme(), isAway: view.isAway(), identity, attributes });
}

/** What the page's own storage remembers: enough to colour the bubble, to know whether to look for unread, to sign out. */
function recall(): { accent?: string; isReturning?: boolean; mustReset?: boolean } {
  try {
    return JSON.parse(localStorage.getItem(`kefu:${key}`) ?? "{}") ?? {};
  } catch {
    return {};
  }
}

function remember(isReturning: boolean): void {
  try {
    localStorage.setItem(`kefu:${key}`, JSON.stringify({ accent, isReturning, mustReset }));
  } catch {} // refused: as long as the page lives
}

function wakeUp(): void {
  if (!isAsleep || !key) return;
  isAsleep = false;
  isReady = false;
  view.load(`${origin}/widget/panel?key=${encodeURIComponent(key)}&locale=${encodeURIComponent(locale)}#host=${encodeURIComponent(location.origin)}`);
  readyTimer = setTimeout(view.showBroken, READY_WITHIN_MS);
}

function setOpen(next: boolean): void {
  if (!key || next === isOpen) return;
  isOpen = next;
  if (next) wakeUp();
  view.setOpen(next);
  tell();
  emit(next ? "open" : "close");
}

/** The page may go away at any moment, or the frame be none yet: not done until the panel says so, on this page or the next. */
function signOut(): void {
  if (!key) return;
  remember(false);
  wakeUp();
  post({ type: "reset" });
  tell();
}

function boot(options: BootOptions): void {
  if (key || !options?.key) return;
  ({ key, locale = locale, theme: wantedTheme, identity = identity } = options as BootOptions & { key: string });
  const known = recall();
  accent = known.accent ?? accent;
  view.build({
    toggle: () => setOpen(!isOpen),
    approach: wakeUp,
    retry: () => {
      isAsleep = true;
      wakeUp();
    },
  });
  tell();
  if ((mustReset ||= !!known.mustReset)) signOut();
  // After the page's own work: nothing waits for a badge.
  else if (known.isReturning) setTimeout(wakeUp, 1_200);
}

const commands: Record<string, (...parts: any[]) => void> = {
  boot,
  open: () => setOpen(true),
  close: () => setOpen(false),
  toggle: () => setOpen(!isOpen),
  identify(who: Identity) {
    identity = who;
    tell();
  },
  attributes(more: object) {
    attributes = { ...attributes, ...more };
    tell();
  },
  locale(tag: string) {
    locale = tag;
    tell();
  },
  theme(name: string) {
    wantedTheme = name;
    tell();
  },
  reset() {
    identity = attributes = undefined;
    mustReset = true;
    signOut();
  },
  on(event: string, listener: Listener) {
    (listeners[event] ??= []).push(listener);
    if (event === "ready" && isShown) listener();
  },
};

function run(call: Call): void {
  const [name, ...rest] = Array.from(call);
  if (Object.hasOwn(commands, name as string)) commands[name as string]!(...rest);
  else console.warn("kefu: unknown command", name);
}

function heard(message: ToHost): void {
  switch (message.type) {
    case "hello":
      isReady = true;
      if (mustReset) post({ type: "reset" }); // before it is told anything that it could begin with
      return tell();
    case "reset":
      mustReset = false;
      return remember(false);
    case "ready":
      clearTimeout(readyTimer);
      accent = message.accent;
      remember(message.isReturning);
      tell();
      view.showReady();
      if (!isShown) emit("ready"); // it is ready anew with each conversation
      isShown = true;
      return;
    case "close":
      return setOpen(false);
    case "unread":
      view.setUnread(message.count);
      return emit("unread", message.count);
    case "message":
      return emit("message", { text: message.text, author: message.author });
    case "identity_expired":
      return emit(message.type);
    case "expand":
      return view.mark("expanded", message.isOn);
  }
}

function start(): Api {
  window.addEventListener("message", (event) => {
    if (event.origin !== origin || !view.frame || event.source !== view.frame.contentWindow) return;
    const message = unwrap<ToHost>(event.data, toHostChecks);
    if (message) heard(message);
  });
  darkMedia.addEventListener("change", tell);
  // Pages that change their address by themselves. Looked at and not patched into the page's history: told when it has
  // stood for a second, by then the title is right too.
  setInterval(() => {
    if (isReady && seen !== told && seen === location.href) tell();
    seen = location.href;
  }, 1_000);
  return (...call) => run(call);
}

// A page may run this twice: the tag in the template and in a tag manager, or a body that is swapped with its scripts.
// The first one goes on; calls that were queued meanwhile are its own.
const shared = window as unknown as { kefu?: Api; kefuLoaded?: Api };
const queued = shared.kefu?.q ?? [];
const kefu = (shared.kefu = shared.kefuLoaded ??= start());

kefu("boot", { ...script?.dataset }); // data-key, data-locale, data-theme, data-identity
for (const call of queued) kefu(...Array.from(call));
