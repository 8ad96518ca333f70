// The bubble and the frame around the panel, in a shadow root. DOM calls only: a strict CSP or
// trusted types of the host page would refuse markup and style elements.
// One page has one widget, so its parts are plain module variables; that is also what minifies best.
import type { Theme } from "../widget/bridge";
import css from "./loader.css?inline";

// open, close, unread, panel, broken, retry
const EN = ["Open chat", "Close chat", "unread", "Chat", "The chat could not be loaded.", "Try again"] as const;
const ZH = ["打开聊天", "收起聊天", "条未读消息", "聊天", "聊天窗口未能加载。", "重试"] as const;

// Lucide (ISC): message-circle, chevron-down
const CHAT = "M7.9 20A9 9 0 1 0 4 16.1L2 22Z";
const DOWN = "m6 9 6 6 6-6";

interface ViewHandlers {
  toggle(): void;
  /** The visitor points at the bubble: loading may begin. */
  approach(): void;
  retry(): void;
}

let handlers: ViewHandlers;
let host: HTMLElement;
let root: HTMLElement;
let bubble: HTMLElement;
let panel: HTMLElement;
let wait: HTMLElement;
let badge: HTMLElement;
let texts: readonly string[] = EN;
let unread = 0;
export let frame: HTMLIFrameElement | undefined;

export function build(given: ViewHandlers): void {
  handlers = given;
  host = document.createElement("div");
  // Inline and important: rules of the page for `div` or `*` cannot hide, move or recolour us.
  host.style.cssText = "all:initial;display:block;position:fixed;width:0;height:0;right:0;bottom:0;z-index:2147483647".replace(
    /(;|$)/g,
    "!important$1",
  );
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  shadow.adoptedStyleSheets = [sheet];
  root = add("div", "root", shadow);
  panel = add("div", "panel", root);
  wait = add("div", "wait", panel);
  bubble = add("button", "bubble", root);
  bubble.append(icon("chat", CHAT), icon("down", DOWN));
  badge = add("span", "badge", bubble);
  badge.hidden = true;
  bubble.onclick = handlers.toggle;
  bubble.onpointerenter = bubble.onfocus = handlers.approach;
  // (No value: a handler that answers false would take Enter away from the button.)
  root.onkeydown = (event) => void (event.key === "Escape" && isOn("open") && handlers.toggle());
  // Beside <body>, not in it: a transform or a framework's swap there would take us along.
  document.documentElement.append(host);
  // Full screen on phones: what the on-screen keyboard leaves free is what the panel gets.
  const view = visualViewport!;
  for (const change of ["resize", "scroll"])
    view.addEventListener(change, () => {
      setProperty("--view-height", `${view.height}px`);
      setProperty("--view-top", `${view.offsetTop}px`);
    });
}

export function load(src: string): void {
  frame?.remove();
  wait.textContent = "";
  frame = add("iframe", "", panel) as HTMLIFrameElement;
  frame.title = texts[3]!;
  frame.src = src;
}

export function showReady(): void {
  mark("ready", true);
}

export function showBroken(): void {
  mark("ready", false);
  wait.textContent = texts[4]!;
  const again = add("button", "", wait);
  again.textContent = texts[5]!;
  again.onclick = handlers.retry;
}

export function setOpen(isOpen: boolean): void {
  mark("open", isOpen);
  mark("expanded", false);
  nameBubble();
  // Closing gives the focus back, and only if we had it.
  if (isOpen) frame?.focus();
  else if (document.activeElement === host) bubble.focus({ preventScroll: true });
}

/** The focus is in the page's own. */
export const isAway = (): boolean => document.activeElement !== host;

export function setUnread(count: number): void {
  unread = count;
  badge.textContent = count > 99 ? "99+" : `${count}`;
  badge.hidden = !count;
  nameBubble();
}

export function setColours(accent: string, theme: Theme): void {
  setProperty("--accent", accent);
  mark("bright", isBright(accent));
  mark("dark", theme === "dark");
}

export function setLocale(locale: string): void {
  texts = /^zh/i.test(locale) ? ZH : EN;
  root.lang = locale;
  nameBubble();
}

export function mark(name: string, on: boolean): void {
  root.classList.toggle(name, on);
}

const setProperty = (name: string, value: string): void => root.style.setProperty(name, value);
const isOn = (name: string): boolean => root.classList.contains(name);

function nameBubble(): void {
  const [open, close, unreadText] = texts;
  const isOpen = isOn("open");
  attributes(bubble, {
    "aria-label": isOpen ? close! : open! + (unread ? `, ${unread} ${unreadText}` : ""),
    "aria-expanded": `${isOpen}`,
  });
}

/** White on it would have less than 3:1, too little for an icon. The panel computes its colours itself. */
function isBright(hex: string): boolean {
  const [r, g, b] = [1, 3, 5].map((at) => (parseInt(hex.slice(at, at + 2), 16) / 255) ** 2.2) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.3;
}

function add(tag: string, className: string, parent: Node): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  parent.appendChild(made);
  return made;
}

function attributes(element: Element, values: Record<string, string>): void {
  for (const name in values) element.setAttribute(name, values[name]!);
}

function icon(name: string, path: string): SVGElement {
  const make = (tag: string) => document.createElementNS("http://www.w3.org/2000/svg", tag) as SVGElement;
  const svg = make("svg");
  const shape = make("path");
  attributes(svg, { viewBox: "0 0 24 24", class: name });
  attributes(shape, { d: path });
  svg.append(shape);
  return svg;
}
