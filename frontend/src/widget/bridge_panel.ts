// The panel's end of the bridge. The parent's origin comes from the browser where it tells
// (ancestorOrigins), else from the loader; `frame-ancestors` has already decided who may be there at all.
import { toPanelChecks, unwrap, wrap } from "./bridge";
import type { ToHost, ToPanel } from "./bridge";

export interface HostBridge {
  /** Without a host page (the panel opened by itself) nothing is sent or heard. */
  hasHost: boolean;
  send(message: ToHost): void;
  listen(handle: (message: ToPanel) => void): void;
}

export function parentOrigin(frame: { ancestorOrigins?: ArrayLike<string> | undefined; hash: string }): string | null {
  const named = new URLSearchParams(frame.hash.slice(1)).get("host");
  const actual = frame.ancestorOrigins?.[0];
  if (actual) return actual;
  try {
    return named ? new URL(named).origin : null;
  } catch {
    return null;
  }
}

export function openBridge(win: Window = window): HostBridge {
  const origin = win.parent === win ? null : parentOrigin(win.location);
  if (!origin) return { hasHost: false, send: () => {}, listen: () => {} };
  return {
    hasHost: true,
    send: (message) => win.parent.postMessage(wrap(message), origin),
    listen: (handle) =>
      win.addEventListener("message", (event) => {
        if (event.origin !== origin || event.source !== win.parent) return;
        const message = unwrap<ToPanel>(event.data, toPanelChecks);
        if (message) handle(message);
      }),
  };
}
