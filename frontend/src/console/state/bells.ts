// Which changes of rows ring: what one did oneself does not.
import { words } from "../words";
import type { Row } from "../wire";
import { busy } from "./actions";
import { bellOf, type BellEvent } from "./bell";
import { watchRows } from "./inbox";
import { ring } from "./notify";
import { myId } from "./session";
import { visitorName } from "./visitors";

export function startBell(): void {
  watchRows((before, after) => {
    const event = bellOf(before, after, myId.peek(), Date.now());
    if (event && !(event === "assigned" && isMyDoing(after))) tell(event, after);
  });
}

/** Taken by a command that is under way, or by answering. */
const isMyDoing = (row: Row): boolean => busy.peek().has(row.id) || row.last_message?.author_kind === "agent";

function tell(event: BellEvent, row: Row): void {
  const say = words.peek();
  const name = visitorName(row.visitor, say);
  const title = event === "assigned" ? say.bellAssigned(name) : event === "waiting" ? say.bellWaiting(name) : name;
  ring({ event, conversation: row.id, title, text: row.last_message?.text ?? "" });
}
