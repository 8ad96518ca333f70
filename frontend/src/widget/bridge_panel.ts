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

export function openBridge(): HostBridge {
  // Named by the loader: an origin already. One that lies is heard by nobody, and hears nobody.
  const origin = location.ancestorOrigins?.[0] ?? new URLSearchParams(location.hash.slice(1)).get("host");
  if (parent === window || !origin) return { hasHost: false, send: () => {}, listen: () => {} };
  return {
    hasHost: true,
    send: (message) => parent.postMessage(wrap(message), origin),
    listen: (handle) =>
      addEventListener("message", (event) => {
        if (event.origin !== origin || event.source !== parent) return;
        const message = unwrap<ToPanel>(event.data, toPanelChecks);
        if (message) handle(message);
      }),
  };
}
