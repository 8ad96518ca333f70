// The console of the agents. How it is built and why: docs/console.md.
import { effect } from "@preact/signals";
import { render } from "preact";
import { applyAccent } from "../design/accent";
import { App } from "./parts/App";
import { startClock } from "./state/clock";
import { startDesk } from "./state/desk";
import { startInbox, unreadMine } from "./state/inbox";
import { loadPreferences } from "./state/preferences";
import { followHistory } from "./state/route";
import { loadSession, me, start } from "./state/session";
import { listenForShortcuts } from "./state/shortcuts";
import { words } from "./words";

let isRunning = false;

async function begin(): Promise<void> {
  if (!(await loadSession()) || isRunning) return;
  isRunning = true;
  applyAccent(document.documentElement, me.value!.brand.accent);
  startInbox();
  startDesk();
  listenForShortcuts();
  start.value = { kind: "ready" };
}

loadPreferences(document.documentElement.lang || navigator.language);
followHistory();
startClock();

effect(() => {
  const brand = me.value?.brand.name;
  const title = brand ? `${words.value.inbox} · ${brand}` : words.value.appName;
  document.title = unreadMine.value ? `(${unreadMine.value}) ${title}` : title;
});

const root = document.getElementById("app")!;
root.replaceChildren();
render(<App onStart={() => void begin()} />, root);
void begin();
