// The agent's HTTP doors. Every failure becomes an ApiError with the server's stable code, or `offline`.
import type { FileView } from "../engine/frames";
import type {
  AssignmentView,
  Canned,
  CannedUse,
  Colleagues,
  DraftView,
  Elsewhere,
  EventsPage,
  Filters,
  Macro,
  MacroRun,
  Me,
  MergedPage,
  NewCanned,
  OwnCanned,
  RowsPage,
  SavedView,
  SavedViews,
  Snapshot,
  Step,
  StepOutcome,
  Tag,
  ViewId,
} from "./wire";

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    /** Seconds, where the server named them. */
    readonly retryAfter: number | null = null,
    /** Our server's own word: a proxy's has no problem document. */
    readonly isOurs = false,
  ) {
    super(detail);
    this.name = "ApiError";
  }
}

const CSRF_COOKIE = "kefu_csrf";
let csrfFromServer = "";

export function rememberCsrf(token: string | undefined): void {
  if (token) csrfFromServer = token;
}

function csrfToken(): string {
  const found = new RegExp(`(?:^|; )${CSRF_COOKIE}=([^;]+)`).exec(document.cookie);
  return found?.[1] ? decodeURIComponent(found[1]) : csrfFromServer;
}

/** Problem documents carry `code`; anything else is named after its status. */
function refusal(status: number, body: unknown, retryAfter: string | null = null): ApiError {
  const problem = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const code = typeof problem.code === "string" ? problem.code : STATUS_CODES[status] ?? "internal";
  const detail = typeof problem.detail === "string" ? problem.detail : "";
  return new ApiError(status, code, detail, Number(retryAfter) || null, code === problem.code);
}

const STATUS_CODES: Record<number, string> = {
  400: "invalid",
  401: "unauthenticated",
  403: "forbidden",
  404: "not_found",
  409: "conflict",
  413: "too_large",
  429: "rate_limited",
  503: "overloaded",
};

const LATE_MS = 60_000;

async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: "same-origin",
      body: body === undefined ? null : JSON.stringify(body),
      // A request that got lost on its way is answered by nobody.
      signal: signal ?? AbortSignal.timeout(LATE_MS),
      // What is deleted when a window closes is deleted all the same.
      keepalive: method === "DELETE",
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError(0, "offline", "");
  }
  const answer: unknown = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw refusal(response.status, answer, response.headers.get("Retry-After"));
  return answer as T;
}

const AGENT = "/api/v1/agent";
const query = (values: Record<string, string | number | null | undefined>): string => {
  const filled = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return new URLSearchParams(filled.map(([key, value]) => [key, String(value)])).toString();
};

export const callAgent = (method: string, path: string, body: object | undefined, signal: AbortSignal): Promise<any> =>
  call(method, AGENT + path, body, signal);

/** What the engine polls with where no socket gets through: a refusal that is none of our server's has no code there. */
export const pollAgent: typeof callAgent = (...asked) =>
  callAgent(...asked).catch((error: ApiError) => {
    throw error.isOurs ? error : { ...error, code: "" };
  });

/** For parts of the console that have their own endpoints: `path` below the agent's. */
export const askAgent = <T>(method: string, path: string, body?: object): Promise<T> => call<T>(method, AGENT + path, body);

export const fetchMe = (): Promise<Me> => call("GET", `${AGENT}/me`);

export const fetchRows = (
  view: ViewId,
  options: { q?: string; cursor?: string | null; limit?: number; filters?: Record<string, string> },
  signal?: AbortSignal,
): Promise<RowsPage> => {
  const { filters, ...others } = options;
  return call("GET", `${AGENT}/conversations?${query({ view, ...others, ...filters })}`, undefined, signal);
};

export const fetchMerged = (
  view: string,
  options: { q?: string; cursor?: string | null; limit?: number },
  signal?: AbortSignal,
): Promise<MergedPage> => call("GET", `${AGENT}/merged?${query({ view, ...options })}`, undefined, signal);

export const fetchElsewhere = (since: number | null): Promise<Elsewhere> => call("GET", `${AGENT}/elsewhere?${query({ since })}`);

export const fetchTags = (): Promise<{ tags: Tag[] }> => call("GET", `${AGENT}/tags`);

export const fetchViews = (): Promise<SavedViews> => call("GET", `${AGENT}/views`);
export const createView = (view: { name: string; filters: Filters; shared: boolean }): Promise<SavedView> =>
  call("POST", `${AGENT}/views`, view);
export const changeView = (id: string, change: { name?: string; filters?: Filters }): Promise<SavedView> =>
  call("PATCH", `${AGENT}/views/${encodeURIComponent(id)}`, change);
export const deleteView = (id: string): Promise<void> => call("DELETE", `${AGENT}/views/${encodeURIComponent(id)}`);
export const orderViews = (views: readonly string[]): Promise<void> => call("POST", `${AGENT}/views/order`, { views });

export const doSteps = (steps: readonly Step[]): Promise<{ results: StepOutcome[] }> =>
  call("POST", `${AGENT}/bulk`, { steps });

export const fetchSnapshot = (id: string): Promise<Snapshot> =>
  call("GET", `${AGENT}/conversations/${encodeURIComponent(id)}`);

export const fetchEvents = (id: string, before: number, limit: number): Promise<EventsPage> =>
  call("GET", `${AGENT}/conversations/${encodeURIComponent(id)}/events?${query({ before, limit })}`);

const conversationAt = (id: string): string => `${AGENT}/conversations/${encodeURIComponent(id)}`;

export const fetchDrafts = (): Promise<{ drafts: DraftView[] }> => call("GET", `${AGENT}/drafts`);

export const putDraft = (id: string, kind: DraftView["kind"], text: string, ts: number): Promise<null> =>
  call("PUT", `${conversationAt(id)}/draft`, { kind, text, ts });

export const deleteDraft = (id: string, kind: DraftView["kind"], ts: number): Promise<null> =>
  call("DELETE", `${conversationAt(id)}/draft?${query({ kind, ts })}`);

export const fetchCanned = (): Promise<{ canned: Canned[] }> => call("GET", `${AGENT}/canned`);

export const useCanned = (id: string, conversation: string): Promise<CannedUse> =>
  call("POST", `${AGENT}/canned/${encodeURIComponent(id)}/use`, { conversation });

export const fetchOwnCanned = (id: string): Promise<OwnCanned> => call("GET", `${AGENT}/canned/${encodeURIComponent(id)}`);

export const createCanned = (made: NewCanned): Promise<OwnCanned> => call("POST", `${AGENT}/canned`, made);

export const changeCanned = (id: string, made: NewCanned): Promise<OwnCanned> => call("PUT", `${AGENT}/canned/${encodeURIComponent(id)}`, made);

export const deleteCanned = (id: string): Promise<null> => call("DELETE", `${AGENT}/canned/${encodeURIComponent(id)}`);

export const markMentionsSeen = (conversation: string): Promise<{ unseen: number }> =>
  call("POST", `${AGENT}/mentions/seen`, { conversation });

export const fetchColleagues = (): Promise<Colleagues> => call("GET", `${AGENT}/colleagues`);

export const fetchMacros = (): Promise<{ macros: Macro[] }> => call("GET", `${AGENT}/macros`);

export const runMacro = (macro: string, conversation: string): Promise<MacroRun> =>
  call("POST", `${conversationAt(conversation)}/macros/${encodeURIComponent(macro)}`);

export const fetchAssignments = (id: string): Promise<{ assignments: readonly AssignmentView[] }> =>
  call("GET", `${conversationAt(id)}/assignments`);

export const startHandoff = (slug: string): Promise<{ url: string; code: string }> =>
  call("POST", "/account/handoff/start", { slug });

/** Posts a form of its own, so that the browser follows the answer and takes the new cookies. */
export function submitForm(action: string, fields: Record<string, string>): void {
  const form = document.createElement("form");
  form.method = "post";
  form.action = action;
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}

export const signOut = (): void => submitForm("/account/sign-out", { csrfmiddlewaretoken: csrfToken() });

/** XHR, because fetch tells nothing about how much was sent. */
export function uploadFile(
  file: File,
  onProgress: (share: number) => void,
): { done: Promise<FileView>; abort: () => void } {
  const request = new XMLHttpRequest();
  const done = new Promise<FileView>((resolve, reject) => {
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () => {
      if (request.status < 300) resolve(request.response as FileView);
      else reject(refusal(request.status, request.response));
    };
    request.onerror = () => reject(new ApiError(0, "offline", ""));
    request.onabort = () => reject(new ApiError(0, "aborted", ""));
  });
  const form = new FormData();
  form.append("file", file);
  request.open("POST", `${AGENT}/files`);
  request.responseType = "json";
  request.setRequestHeader("X-CSRFToken", csrfToken());
  request.setRequestHeader("Accept", "application/json");
  request.send(form);
  return { done, abort: () => request.abort() };
}
