// Which changes of rows ring: what one did oneself does not.
import { words } from "../words";
import type { Row } from "../wire";
import { busy } from "./busy";
import { bellOf, isMyAnswer, wasGivenSince, type BellEvent } from "./bell";
import { serverNow } from "./clock";
import { watchRows } from "./inbox";
import { ring, type News } from "./notify";
import { me, myId } from "./session";
import { visitorName } from "./visitors";

/** Before that another page of ours, or nobody, was there to ring. */
const STARTED = Date.now();

export function startBell(): void {
  watchRows(
    (before, after) => {
      const event = bellOf(before, after, myId.peek(), serverNow());
      if (event && !(event === "assigned" && isMyDoing(after))) ring(newsOf(event, after));
    },
    (row) => {
      const start = STARTED + (serverNow() - Date.now());
      if (wasGivenSince(row, myId.peek(), start, serverNow()) && !isMyDoing(row)) ring(newsOf("assigned", row));
    },
  );
}

/** Taken by a command that is under way, or by answering. */
const isMyDoing = (row: Row): boolean =>
  busy.peek().has(row.id) || isMyAnswer(row, me.peek()?.agent.name ?? "", serverNow());

export function newsOf(event: BellEvent, row: Row): News {
  const say = words.peek();
  const name = visitorName(row.visitor, say);
  const title = event === "assigned" ? say.bellAssigned(name) : event === "waiting" ? say.bellWaiting(name) : name;
  return { event, conversation: row.id, title, text: row.last_message?.text ?? "" };
}
