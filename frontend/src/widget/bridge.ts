// What loader (host page) and panel (our origin) say to each other. Both sides check origin and source
// themselves; here only shapes are checked. Used by both bundles: keep it small.

export type Theme = "light" | "dark";

export interface PageInfo {
  url: string;
  title: string;
  referrer: string;
}

export type Identity = string | { name?: string; email?: string; phone?: string };

/** Everything that the host page decides; sent whole at every change, the panel looks for what is new. */
export interface HostState {
  isOpen: boolean;
  page: PageInfo;
  locale: string;
  theme: Theme;
  /** The focus is in the page's own: what appears in an open panel does not take it. */
  isAway: boolean;
  identity?: Identity | undefined;
  attributes?: object | undefined;
}

export type ToPanel =
  | ({ type: "state" } & HostState)
  | { type: "reset" };

export type ToHost =
  | { type: "hello" } // the panel's script runs and waits for the state
  | { type: "ready"; accent: string; isReturning: boolean }
  | { type: "reset" } // done: nothing of the one before is left
  | { type: "identity_expired" } // wanted is a new one
  | { type: "close" }
  | { type: "unread"; count: number }
  | { type: "message"; text: string; author: string }
  | { type: "expand"; isOn: boolean };

const MARK = "kefu";

export const wrap = <T extends object>(message: T): T & { kefu: 1 } => ({ ...message, [MARK]: 1 }) as T & { kefu: 1 };

const isText = (value: unknown): value is string => typeof value === "string" && value.length <= 8_192;
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

type Checks = Record<string, (message: Record<string, unknown>) => boolean>;

/** The message, when it is marked as ours and its kind's check holds; null otherwise. */
export function unwrap<T>(data: unknown, checks: Checks): T | null {
  if (!isRecord(data) || data[MARK] !== 1 || !isText(data.type)) return null;
  return Object.hasOwn(checks, data.type) && checks[data.type]!(data) ? (data as T) : null;
}

const always = (): boolean => true;

export const toHostChecks: Checks = {
  hello: always,
  ready: (m) => /^#[0-9a-f]{6}$/i.test(String(m.accent)) && typeof m.isReturning === "boolean",
  reset: always,
  identity_expired: always,
  close: always,
  unread: (m) => Number.isSafeInteger(m.count),
  message: (m) => isText(m.text) && isText(m.author),
  expand: (m) => typeof m.isOn === "boolean",
};

const isTheme = (value: unknown): boolean => value === "light" || value === "dark";
const isIdentity = (value: unknown): boolean =>
  isText(value) || (isRecord(value) && Object.values(value).every((part) => part === undefined || isText(part)));
const isPage = (value: unknown): boolean =>
  isRecord(value) && isText(value.url) && isText(value.title) && isText(value.referrer);

export const toPanelChecks: Checks = {
  state: (m) =>
    typeof m.isOpen === "boolean" &&
    isPage(m.page) &&
    isText(m.locale) &&
    isTheme(m.theme) &&
    (m.identity === undefined || isIdentity(m.identity)) &&
    (m.attributes === undefined || isRecord(m.attributes)),
  reset: always,
};
