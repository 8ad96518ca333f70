// The panel: starts in the frame that the loader makes, or by itself as a page.
import { render } from "preact";
import { fill, toLocale } from "../i18n";
import { openBridge } from "./bridge_panel";
import { Chat } from "./chat";
import { readConfig } from "./config";
import { Panel } from "./panel";
import { Storage } from "./storage";
import * as T from "./texts";

const config = readConfig();
const root = document.documentElement;
const host = openBridge();
const chat = new Chat(config, new Storage(config.key), host);

root.lang = T.locale;
document.title = fill(T.chatWith, { name: config.brand.name });
render(<Panel chat={chat} />, document.getElementById("kefu")!);

if (host.hasHost) {
  let isShown = false;
  host.listen((message) => {
    if (message.type === "reset") {
      void chat.reset();
      return host.send({ type: "reset" });
    }
    root.dataset.theme = message.theme;
    if (toLocale(message.locale) !== T.locale) speak(message.locale);
    chat.tell(message);
    if (!isShown) host.send({ type: "ready", accent: config.brand.accent, isReturning: chat.isReturning });
    isShown = true;
  });
  host.send({ type: "hello" });
} else {
  // A page of its own: the browser's language and theme, and no page to tell of.
  chat.tell({ isOpen: true });
}

/** Another language is another bundle. What is being written is kept, and the server has the rest. */
function speak(language: string): void {
  const url = new URL(location.href);
  if (url.searchParams.get("locale") === language) return;
  url.searchParams.set("locale", language);
  location.replace(url);
}
