import { Avatar } from "./avatar";
import { FilePart } from "./file_part";
import { Icon } from "./icons";
import { Pure } from "./pure";
import * as paths from "./paths";
import * as T from "./texts";
import type { MessageEntry } from "./timeline";

export interface MessageHandlers {
  token(): string;
  retry(entry: MessageEntry): void;
  discard(key: string): void;
  show(url: string, name: string): void;
}

interface Props {
  entry: MessageEntry;
  isFirst: boolean;
  isLast: boolean;
  isRead: boolean;
  handlers: MessageHandlers;
}

export class Message extends Pure<Props> {
  render() {
    const { entry, isFirst, isLast, isRead, handlers } = this.props;
    const { author, isMine, files, state } = entry;
    const kind = isMine ? "mine" : "theirs";
    return (
      <div class={`message ${kind} ${isFirst ? "first" : ""} ${isLast ? "last" : ""} ${state}`}>
        {!isMine && isFirst && <p class="author">{author.name}</p>}
        {!isMine && isLast && <Avatar name={author.name} />}
        <div class="parts">
          <span class="kf-sr">{isMine ? T.you : author.name}: </span>
          {files.map((file) => (
            <FilePart key={file.id} file={file} handlers={handlers} />
          ))}
          {(entry.text || entry.recalled) && <Text entry={entry} />}
          {entry.edited_ts && !entry.recalled && <small>{T.edited}</small>}
        </div>
        {(isLast || state === "failed") && <Foot entry={entry} isRead={isRead} handlers={handlers} />}
      </div>
    );
  }
}

/** Our own words until the server's clean HTML of them is here. */
function Text({ entry }: { entry: MessageEntry }) {
  if (entry.recalled) return <div class="bubble recalled">{T.recalled}</div>;
  if (!entry.html) return <div class="bubble plain" dir="auto">{entry.text}</div>;
  if (isOnlyEmoji(entry.text)) return <div class="big">{entry.text}</div>;
  // The server sanitises (nh3). Links are made safe for a frame on top of that.
  return <div class="bubble rich" dir="auto" ref={openOutside} dangerouslySetInnerHTML={{ __html: entry.html }} />;
}

const isOnlyEmoji = (text: string): boolean => /^(\p{Extended_Pictographic}[\u200d\ufe0f\u{1f3fb}-\u{1f3ff}]*){1,3}$/u.test(text.trim());

function openOutside(element: HTMLElement | null): void {
  for (const link of element?.querySelectorAll("a") ?? []) {
    if (!/^(https?|mailto|tel):$/.test(link.protocol)) link.removeAttribute("href");
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow";
  }
}

function Foot({ entry, isRead, handlers }: { entry: MessageEntry; isRead: boolean; handlers: MessageHandlers }) {
  if (entry.state === "failed")
    return (
      <p class="foot failed" role="alert">
        <Icon path={paths.alert} size={14} />
        {T.notSent}.
        <button class="link" onClick={() => handlers.retry(entry)}>
          {T.retry}
        </button>
        <button class="link" onClick={() => handlers.discard(entry.key)}>
          {T.discard}
        </button>
      </p>
    );
  const time = new Date(entry.ts);
  const [tick, icon, name] =
    entry.state === "sending" ? (["sending", paths.dial, T.sending] as const) : isRead ? (["read", paths.checks, T.read] as const) : (["sent", paths.check, T.sent] as const);
  return (
    <p class="foot">
      <time dateTime={time.toISOString()}>{T.timeOfDay.format(time)}</time>
      {entry.isMine && (
        <span class={`tick ${tick}`} role="img" aria-label={name} title={name}>
          <Icon path={icon} size={14} />
        </span>
      )}
    </p>
  );
}
