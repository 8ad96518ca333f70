// The visitor's REST calls. Everything here is same-origin; the token goes in a header, never in an address.
import type { Availability, ConversationView, FileView, Limits, LogEvent } from "../engine";
import type { PageInfo } from "./bridge";

export interface Waiting {
  place: number;
  wait_seconds: number | null;
  can_leave_message: boolean;
}

export interface PageView extends Pick<PageInfo, "url" | "title"> {
  ts: number;
}

export interface Session {
  token: string;
  visitor: { id: string; name: string; email: string; identified: boolean };
  widget: { id: string; name: string; greeting: Record<string, string>; launcher_label: string; theme: { ask?: ("name" | "email")[] }; locale: string };
  brand: { name: string; accent: string; slug: string };
  agents: { name: string; availability: Availability }[];
  available: boolean;
  conversation: ConversationView | null;
  unread: number;
  hours: { is_open: boolean; opens_ts: number | null; can_leave_message: boolean };
  waiting: Waiting | null;
  answer_seconds: number | null;
  asks_for_rating: boolean;
  answers_by_mail: boolean;
  typing_preview: boolean;
  epoch: string;
  limits: Limits;
}

export interface SessionRequest {
  key: string;
  token?: string | undefined;
  identity?: string | undefined;
  locale: string;
  page?: PageInfo | undefined;
  attributes?: object | undefined;
}

export interface EventsPage {
  events: LogEvent[];
  more: boolean;
}

/** What every call here throws. Status 0: the server was not reached; `retryAfter` in seconds; `code` as in docs/api.md. */
export type ApiError = Error & { status: number; retryAfter: number | null; code?: string };

const BASE = "/api/v1/visitor";

/** Of `Retry-After` nothing but seconds is understood: a date is no number. */
const toError = (status = 0, retryAfter: string | null = null, code?: string): ApiError =>
  Object.assign(new Error(), { status, retryAfter: Number(retryAfter) || null, code });

async function request(path: string, token?: string, init?: RequestInit): Promise<Response> {
  const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
  const response = await fetch(path, { credentials: "omit", headers, ...init }).catch(() => {
    throw toError();
  });
  if (response.ok) return response;
  const problem = await response.json().catch(() => null);
  throw toError(response.status, response.headers.get("Retry-After"), problem?.code);
}

/** A request that got lost on its way is answered by nobody: without a `signal` of its own it ends by itself. */
export async function call<T>(
  method: string,
  path: string,
  token?: string,
  body?: object,
  signal = AbortSignal.timeout(30_000),
): Promise<T> {
  const init = { method, signal, body: body ? JSON.stringify(body) : null };
  return (await request(BASE + path, token, init)).json().catch(() => null);
}

/** What is asked for in one place only is asked for there: `/sessions`, `/identify`, `/logout`, `/left-messages`, `/page-views`. */
export const post = <T>(path: string, token?: string, body?: object): Promise<T> => call("POST", path, token, body);

export async function listConversations(token: string): Promise<ConversationView[]> {
  return (await call<{ conversations: ConversationView[] }>("GET", "/conversations", token)).conversations;
}

export function loadEvents(token: string, conversation: string, before?: number): Promise<EventsPage> {
  return call("GET", `/conversations/${conversation}/events?limit=50${before ? `&before=${before}` : ""}`, token);
}

/** XMLHttpRequest, since fetch tells no progress of what it sends. */
export function uploadFile(
  token: string,
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<FileView> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file, file.name);
    request.open("POST", `${BASE}/files`);
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.responseType = "json";
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () =>
      request.status < 300 && request.response
        ? resolve(request.response as FileView)
        : reject(toError(request.status));
    request.onerror = request.onabort = () => reject(toError());
    signal.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

export async function fetchFile(token: string, url: string): Promise<Blob> {
  const target = new URL(url, location.origin);
  if (target.origin !== location.origin) throw toError(); // the token stays at home
  return (await request(target.href, token)).blob();
}
