// The console of the agents. How it is built and why: docs/console.md.
import { effect } from "@preact/signals";
import { render } from "preact";
import { applyAccent } from "../design/accent";
import { App } from "./parts/App";
import { startClock } from "./state/clock";
import { startBell } from "./state/bells";
import { startCommands } from "./state/commands";
import { startDesk } from "./state/desk";
import { startDrafts } from "./state/drafts";
import { keepDroppedFilesOut } from "./state/drops";
import { startElsewhere, unreadElsewhere } from "./state/elsewhere";
import { startFreshening } from "./state/freshen";
import { startInbox } from "./state/inbox";
import { bindInboxKeys } from "./state/inbox_keys";
import { loadPreferences } from "./state/preferences";
import { unseenMentions } from "./state/mentions";
import { loadBell } from "./state/notify";
import { followHistory } from "./state/route";
import { loadSession, me, start } from "./state/session";
import { listenForShortcuts } from "./state/shortcuts";
import { unreadMine } from "./state/tally";
import { startViewers } from "./state/viewers";
import { words } from "./words";

let isRunning = false;

async function begin(): Promise<void> {
  if (!(await loadSession()) || isRunning) return;
  isRunning = true;
  applyAccent(document.documentElement, me.value!.brand.accent);
  startInbox();
  startDrafts();
  startDesk();
  startViewers();
  startBell();
  startElsewhere();
  startFreshening();
  startCommands();
  bindInboxKeys();
  listenForShortcuts();
  start.value = { kind: "ready" };
}

loadPreferences(document.documentElement.lang || navigator.language);
loadBell();
followHistory();
keepDroppedFilesOut();
startClock();

effect(() => {
  const brand = me.value?.brand.name;
  const title = brand ? `${words.value.inbox} · ${brand}` : words.value.appName;
  const news = unreadMine.value + unseenMentions.value + unreadElsewhere.value;
  document.title = news ? `(${news}) ${title}` : title;
});

const root = document.getElementById("app")!;
root.replaceChildren();
render(<App onStart={() => void begin()} />, root);
void begin();
