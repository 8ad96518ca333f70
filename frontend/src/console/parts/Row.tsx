// One line of the list: who, the last words, when, how many unread, how long they have waited.
import { useLayoutEffect, useRef } from "preact/hooks";
import { ClockIcon, FlagIcon, MailIcon, MoonIcon } from "../../design/icons";
import { now } from "../state/clock";
import { replyDeadline } from "../state/deadlines";
import { draftsVersion, readDraft } from "../state/drafts";
import { idsOfHere, rowSignal, type Listing } from "../state/inbox";
import { lastActivity } from "../state/listing";
import { conversationPath, go } from "../state/route";
import { me, myId } from "../state/session";
import { openToWrite } from "../state/shortcuts";
import { visitorName } from "../state/visitors";
import { locale, words } from "../words";
import { dueTime, fullTime, shortTime, span } from "../words/times";
import { switchBrand } from "../state/actions";
import { tagsOf } from "../state/tags";
import { tick, ticked } from "../state/ticks";
import { stoodOn } from "../state/walk";
import { isMerged, type Row } from "../wire";
import { Avatar } from "./Avatar";

export function ConversationRow({ id, isChosen, listing }: { id: string; isChosen: boolean; listing: Listing }) {
  const row = rowSignal(id)?.value;
  const link = useRef<HTMLAnchorElement>(null);
  const isStoodOn = stoodOn.value === id;
  useLayoutEffect(() => {
    if (isStoodOn) link.current?.focus({ preventScroll: true });
  }, [isStoodOn]);
  if (!row) return null;
  const say = words.value;
  const name = visitorName(row.visitor, say);
  const elsewhere = row.brand ? me.value?.brands.find((brand) => brand.slug === row.brand) : undefined;
  const open = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    if (elsewhere) void switchBrand(elsewhere.slug, `/console/c/${id}`);
    else if (event.detail > 0) openToWrite(id);
    else go({ conversation: id }); // opened by Enter
  };
  const isTicked = ticked.value.has(id);
  const line = (
    <a
      ref={link}
      class={`row${isChosen ? " is-chosen" : ""}${row.unread ? " is-unread" : ""}${isTicked ? " is-ticked" : ""}`}
      href={elsewhere ? `${elsewhere.url}console/c/${id}` : conversationPath(id)}
      aria-current={isChosen ? "true" : undefined}
      onClick={open}
    >
      <Avatar id={row.visitor.id} name={name} isOnline={row.visitor.online === true && row.status !== "closed"} />
      <span class="row-name">
        <bdi>{name}</bdi>
        {isMerged(listing.view) && <BrandName slug={row.brand ?? me.value?.brand.slug ?? ""} />}
      </span>
      <time class="row-time" dateTime={new Date(lastActivity(row)).toISOString()} title={fullTime(lastActivity(row), locale.value)}>
        {shortTime(lastActivity(row), now.value, locale.value)}
      </time>
      <LastWords row={row} showsAgent={listing.view === "all" || listing.view === "brands" || listing.q !== ""} />
      <RowMarks row={row} />
    </a>
  );
  return elsewhere ? line : (
    <>
      {line}
      <Tick id={id} name={name} listing={listing} isTicked={isTicked} />
    </>
  );
}

/** In words too: a dot alone tells nothing to whoever does not see its colour, and looks like a tag's. */
function BrandName({ slug }: { slug: string }) {
  const brand = me.value?.brands.find((one) => one.slug === slug);
  if (!brand) return null;
  return (
    <span class="row-brand" title={brand.name}>
      <span class="brand-dot" style={{ background: brand.accent }} />
      <span class="row-brand-name" aria-hidden="true">{brand.name}</span>
      <span class="kf-sr">{words.value.inBrand(brand.name)}</span>
    </span>
  );
}

/** Over the avatar: seen where one points, and everywhere once something is ticked. Shift ticks a range. */
function Tick({ id, name, listing, isTicked }: { id: string; name: string; listing: Listing; isTicked: boolean }) {
  const box = useRef<HTMLInputElement>(null);
  // The browser has turned it already; with a range it may have to stay as it was.
  useLayoutEffect(() => void (box.current!.checked = isTicked));
  return (
    <label class={`row-tick${ticked.value.size ? " is-shown" : ""}`}>
      <input
        type="checkbox"
        aria-label={words.value.tickRow(name)}
        ref={box}
        onClick={(event) => tick(id, idsOfHere(listing), event.shiftKey)}
      />
    </label>
  );
}

function LastWords({ row, showsAgent }: { row: Row; showsAgent: boolean }) {
  draftsVersion.value; // drawn again when a draft appears or goes
  const say = words.value;
  const draft = readDraft(row.id, "reply");
  if (draft) {
    return (
      <span class="row-text">
        <em class="row-draft">{say.saidBy(say.draftBy)}</em>
        {draft}
      </span>
    );
  }
  const who = speaker(row);
  return (
    <span class="row-text">
      {who && <span class="row-who">{say.saidBy(who)}</span>}
      {row.last_message?.text || (row.last_message ? say.sentFile : say.logCreated)}
      {showsAgent && row.agent && !who && <span class="kf-sr"> ({say.assignedTo(row.agent.name)})</span>}
    </span>
  );
}

function speaker(row: Row): string {
  const last = row.last_message;
  if (!last || last.author_kind === "visitor") return "";
  if (last.author_kind === "bot") return last.author_name || words.value.bot;
  // Rows name their last author without an id; among the agents of one brand a name is enough for this.
  return last.author_name === me.value?.agent.name ? words.value.you : last.author_name;
}

function RowMarks({ row }: { row: Row }) {
  const say = words.value;
  return (
    <span class="row-marks">
      <TagDots row={row} />
      {row.priority > 2 && <Flag priority={row.priority} />}
      {row.snoozed_until_ts !== null && row.status !== "closed" && (
        <span class="row-moon" title={say.snoozeUntil(fullTime(row.snoozed_until_ts, locale.value))}>
          <MoonIcon />
          <span class="kf-sr">{say.snoozeUntil(fullTime(row.snoozed_until_ts, locale.value))}</span>
        </span>
      )}
      {row.left_message && row.status !== "closed" && (
        <span class="row-left" role="img" aria-label={say.boardLeftOne} title={say.boardLeftOne}>
          <MailIcon />
        </span>
      )}
      <ReplyClock row={row} />
      {row.unread > 0 && (
        <span class="badge">
          <span aria-hidden="true">{row.unread > 99 ? "99+" : row.unread}</span>
          <span class="kf-sr">{say.unreadCount(row.unread)}</span>
        </span>
      )}
      {row.status === "assigned" && row.agent && row.agent.id !== myId.value && !row.unread && (
        <span class="row-agent" title={say.assignedTo(row.agent.name)}>
          <Avatar name={row.agent.name} size="s" />
        </span>
      )}
    </span>
  );
}

const MAX_DOTS = 3;

function TagDots({ row }: { row: Row }) {
  const known = tagsOf(row);
  if (!known.length) return null;
  const names = words.value.tagsOf(known.map((tag) => tag.name).join(", "));
  return (
    <span class="tag-dots" title={names}>
      {known.slice(0, MAX_DOTS).map((tag) => <span key={tag.id} class="tag-dot" style={{ background: tag.colour }} />)}
      <span class="kf-sr">{names}</span>
    </span>
  );
}

function Flag({ priority }: { priority: number }) {
  const text = `${words.value.priority}: ${words.value.priorities[priority] ?? ""}`;
  return (
    <span class={`flag flag-${priority}`} title={text}>
      <FlagIcon />
      <span class="kf-sr">{text}</span>
    </span>
  );
}

/** How long the visitor has waited for an answer; amber at half of the promised time, red at its end. */
export function ReplyClock({ row }: { row: Row }) {
  const waits = replyDeadline(row, now.value);
  if (!waits) return null;
  const say = words.value;
  const text = span(now.value - waits.since, locale.value);
  const due = waits.due === null ? "" : dueTime(waits.due, now.value, locale.value);
  const title = [say.waitingFor(text), due && (waits.level === "late" ? say.answerWasDue(due) : say.answerDue(due))];
  return (
    <span class={`wait wait-${waits.level}`} title={title.filter(Boolean).join(" · ")}>
      <ClockIcon />
      <span class="kf-sr">{say.waitingFor("")}</span>
      {text}
      {waits.level === "late" && <span class="kf-sr">, {say.answerWasDue(due)}</span>}
    </span>
  );
}
