// Messages of one author, one after another: name once, time and state at the end.
import { Component } from "preact";
import { AlertIcon, CheckCheckIcon, CheckIcon, ClockIcon, LockIcon } from "../../design/icons";
import type { Author, FileView } from "../../engine";
import { discard, sendAgain } from "../state/desk";
import type { Entry } from "../state/log";
import { myId } from "../state/session";
import type { Thread } from "../state/thread";
import { explain, locale, words, type Locale } from "../words";
import { clockTime, fullTime } from "../words/times";
import { Avatar } from "./Avatar";
import { MessageActions } from "./Corrections";
import { Files } from "./Files";
import { markMentions } from "./markMentions";

interface RunProps {
  entries: Entry[];
  author: Author;
  isNote: boolean;
  isContinued: boolean;
  thread: Thread;
  readSeq: number;
  /** As the visitor is called now, which may not be what the message was signed with. */
  visitor: string;
  locale: Locale;
}

const isReadThrough = (props: RunProps): boolean => (props.entries.at(-1)?.seq ?? Infinity) <= props.readSeq;

/** A log of 2 000 messages must not be drawn again for each new one: a run is, when it has changed. */
export class Run extends Component<RunProps> {
  override shouldComponentUpdate(next: RunProps): boolean {
    const { entries, locale, thread, isContinued, visitor } = this.props;
    return (
      thread !== next.thread ||
      locale !== next.locale ||
      isContinued !== next.isContinued ||
      visitor !== next.visitor ||
      entries.length !== next.entries.length ||
      entries.some((entry, index) => entry !== next.entries[index]) ||
      isReadThrough(this.props) !== isReadThrough(next)
    );
  }

  override render(props: RunProps) {
    const { entries, author, isNote, isContinued, thread } = props;
    const isOurs = author.kind !== "visitor";
    const name = isOurs ? nameOf(author) : props.visitor;
    const last = entries.at(-1)!;
    return (
      <div class={`run${isOurs ? " is-ours" : ""}${isNote ? " is-note" : ""}${isContinued ? " is-continued" : ""}`}>
        {!isOurs && <Avatar id={author.id ?? ""} name={name} size="m" />}
        <div class="run-body">
          {!isContinued && <RunName name={name} isBot={author.kind === "bot"} isNote={isNote} />}
          {entries.map((entry) => (
            <Bubble key={entry.key} entry={entry} thread={thread} />
          ))}
          {!last.pending?.failed && <RunEnd entry={last} isRead={isReadThrough(props)} locale={props.locale} />}
        </div>
      </div>
    );
  }
}

function nameOf(author: Author): string {
  if (author.kind === "bot") return author.name || words.value.bot;
  return author.id === myId.value ? words.value.you : author.name;
}

function RunName({ name, isBot, isNote }: { name: string; isBot: boolean; isNote: boolean }) {
  return (
    <div class="run-name">
      {isNote && <LockIcon />}
      <bdi>{name}</bdi>
      {isNote && <span class="run-kind">· {words.value.noteLabel}</span>}
      {isBot && <span class="run-kind">· {words.value.bot}</span>}
    </div>
  );
}

function Bubble({ entry, thread }: { entry: Entry; thread: Thread }) {
  const { event, pending } = entry;
  if (event?.data.recalled) return <p class="message recalled">{words.value.recalled}</p>;
  const files: readonly FileView[] = event?.data.files ?? pending?.files ?? [];
  const text = event?.data.text ?? pending?.text ?? "";
  return (
    <div class={`message${pending ? " is-pending" : ""}${pending?.failed ? " is-failed" : ""}`}>
      {files.length > 0 && <Files files={files} />}
      {event?.data.html ? (
        // Rendered and cleaned by the server, once, for everybody.
        <div class="bubble prose" dir="auto" ref={event.data.mentions ? (element) => markMentions(element, event) : undefined} dangerouslySetInnerHTML={{ __html: event.data.html }} />
      ) : (
        text && <div class="bubble prose is-plain" dir="auto">{text}</div>
      )}
      {event?.data.edited_ts && <EditedMark at={event.data.edited_ts} />}
      {event && <MessageActions event={event} thread={thread} />}
      {pending?.failed && <FailedNote clientId={pending.client_id} code={pending.failed} thread={thread} />}
    </div>
  );
}

function EditedMark({ at }: { at: number }) {
  return (
    <span class="edited" title={fullTime(at, locale.value)}>
      {words.value.edited}
    </span>
  );
}

function FailedNote({ clientId, code, thread }: { clientId: string; code: string; thread: Thread }) {
  const say = words.value;
  return (
    <div class="failed" role="alert">
      <AlertIcon />
      <span>
        {say.statusFailed}. {explain({ code })}
      </span>
      <button type="button" class="link" onClick={() => void sendAgain(thread, clientId)}>{say.sendAgain}</button>
      <button type="button" class="link" onClick={() => discard(thread, clientId)}>{say.discard}</button>
    </div>
  );
}

function RunEnd({ entry, isRead, locale }: { entry: Entry; isRead: boolean; locale: Locale }) {
  const say = words.value;
  const time = (
    <time dateTime={new Date(entry.ts).toISOString()} title={fullTime(entry.ts, locale)}>
      {clockTime(entry.ts, locale)}
    </time>
  );
  if (entry.pending) {
    return (
      <div class="run-end">
        <ClockIcon />
        {say.statusSending}
      </div>
    );
  }
  if (entry.author.kind === "visitor" || entry.isNote) return <div class="run-end">{time}</div>;
  return (
    <div class={`run-end${isRead ? " is-read" : ""}`}>
      {time}
      {isRead ? <CheckCheckIcon /> : <CheckIcon />}
      {isRead ? <span>{say.statusRead}</span> : <span class="kf-sr">{say.statusSent}</span>}
    </div>
  );
}
