// The panel: starts in the frame that the loader makes, or by itself as a page.
import { render } from "preact";
import { effect } from "@preact/signals";
import { toLocale } from "../i18n";
import { openBridge } from "./bridge_panel";
import { Chat } from "./chat";
import { readConfig } from "./config";
import { Panel } from "./panel";
import { Storage } from "./storage";
import { locale, t } from "./texts";

const config = readConfig();
const root = document.documentElement;
const host = openBridge();
const chat = new Chat(config, new Storage(config.key), host);

effect(() => {
  root.lang = locale.value;
  document.title = t("chatWith", { name: config.brand.name });
});
render(<Panel chat={chat} />, document.getElementById("kefu")!);

if (host.hasHost) {
  let isShown = false;
  host.listen((message) => {
    if (message.type === "reset") return void chat.reset();
    root.dataset.theme = message.theme;
    locale.value = toLocale(message.locale);
    chat.tell(message);
    if (!isShown) host.send({ type: "ready", accent: config.brand.accent, isReturning: chat.isReturning });
    isShown = true;
  });
  host.send({ type: "hello" });
} else {
  // A page of its own: the browser's language and theme, and no page to tell of.
  chat.tell({ isOpen: true });
}
