// Where the agent is: which view, which conversation, which search. The address bar is the truth.
import { signal } from "@preact/signals";
import { isMerged, isView, type Filters, type ViewId } from "../wire";
import { filterQuery, readFilters } from "./filters";

/** Board and reports are for supervisors; for others these pages do not exist. */
export type Page = "inbox" | "board" | "reports";

interface Route {
  page: Page;
  /** A supervisor looks on: nothing can be written until the conversation is taken over. */
  watch: boolean;
  view: ViewId;
  conversation: string | null;
  q: string;
  filters: Filters;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const BASE = "/console/";

function parseRoute(path: string, search: string): Route {
  const values = new URLSearchParams(search);
  const view = values.get("view") ?? "";
  const found = /^\/console\/c\/([^/]+)\/?$/.exec(path);
  const page = /^\/console\/(board|reports)\/?$/.exec(path)?.[1] as Page | undefined;
  return {
    page: page ?? "inbox",
    watch: values.has("watch"),
    view: isView(view) || isMerged(view) || UUID.test(view) ? view : "mine",
    conversation: found?.[1] ? decodeURIComponent(found[1]) : null,
    q: values.get("q") ?? "",
    filters: isMerged(view) ? {} : readFilters(values),
  };
}

function routePath(target: Route): string {
  if (target.page !== "inbox") return BASE + target.page;
  const values = new URLSearchParams();
  if (target.view !== "mine") values.set("view", target.view);
  if (target.q) values.set("q", target.q);
  if (target.watch && target.conversation) values.set("watch", "1");
  for (const [field, value] of Object.entries(filterQuery(target.filters))) values.set(field, value);
  const path = target.conversation ? `${BASE}c/${encodeURIComponent(target.conversation)}` : BASE;
  const query = values.toString();
  return query ? `${path}?${query}` : path;
}

export const route = signal<Route>(parseRoute(location.pathname, location.search));

export function go(change: Partial<Route>, how: "push" | "replace" = "push"): void {
  // Whoever goes anywhere without naming a page goes to the inbox, and looks on only where that is said.
  const target: Route = { ...route.peek(), page: "inbox", watch: false, ...change };
  if (isMerged(target.view)) target.filters = {}; // they name what one brand has
  const path = routePath(target);
  if (path !== location.pathname + location.search) {
    if (how === "push") history.pushState(null, "", path);
    else history.replaceState(null, "", path);
  }
  route.value = target;
}

export const conversationPath = (id: string): string => routePath({ ...route.value, page: "inbox", watch: false, conversation: id });
export const watchPath = (id: string): string => routePath({ ...route.value, page: "inbox", watch: true, conversation: id });

export function followHistory(): void {
  addEventListener("popstate", () => {
    route.value = parseRoute(location.pathname, location.search);
  });
}
