// Where the agent is: which view, which conversation, which search. The address bar is the truth.
import { signal } from "@preact/signals";
import { VIEWS, type View } from "../wire";

export interface Route {
  view: View;
  conversation: string | null;
  q: string;
}

const BASE = "/console/";

export function parseRoute(path: string, search: string): Route {
  const values = new URLSearchParams(search);
  const view = values.get("view") as View | null;
  const found = /^\/console\/c\/([^/]+)\/?$/.exec(path);
  return {
    view: view && VIEWS.includes(view) ? view : "mine",
    conversation: found?.[1] ? decodeURIComponent(found[1]) : null,
    q: values.get("q") ?? "",
  };
}

export function routePath(target: Route): string {
  const values = new URLSearchParams();
  if (target.view !== "mine") values.set("view", target.view);
  if (target.q) values.set("q", target.q);
  const path = target.conversation ? `${BASE}c/${encodeURIComponent(target.conversation)}` : BASE;
  const query = values.toString();
  return query ? `${path}?${query}` : path;
}

export const route = signal<Route>(parseRoute(location.pathname, location.search));

export function go(change: Partial<Route>, how: "push" | "replace" = "push"): void {
  const target = { ...route.peek(), ...change };
  const path = routePath(target);
  if (path !== location.pathname + location.search) {
    if (how === "push") history.pushState(null, "", path);
    else history.replaceState(null, "", path);
  }
  route.value = target;
}

export const conversationPath = (id: string): string => routePath({ ...route.value, conversation: id });

export function followHistory(): void {
  addEventListener("popstate", () => {
    route.value = parseRoute(location.pathname, location.search);
  });
}
