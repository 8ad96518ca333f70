import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { fill } from "../i18n";
import type { Chat } from "./chat";
import { EmojiPicker } from "./emoji";
import { focusUnlessTouched } from "./focus";
import { Icon, Tool } from "./icons";
import * as paths from "./paths";
import * as T from "./texts";
import type { Upload } from "./uploads";

export function Composer({ chat }: { chat: Chat }) {
  const text = useSignal(chat.storage.get("draft") ?? "");
  const isPicking = useSignal(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const limit = chat.session.value!.limits.text;
  const { uploads } = chat;
  const over = [...text.value].length - limit;
  const hasContent = text.value.trim() !== "" || uploads.isReady.value;
  const canSend = hasContent && over <= 0 && !uploads.isBusy.value;
  const isClosed = chat.conversation.value?.status === "closed";

  useLayoutEffect(() => grow(area.current!), [text.value]);
  useEffect(() => {
    if (chat.isOpen.value) focusUnlessTouched(area.current);
  }, [chat.isOpen.value]);

  const write = (next: string) => {
    text.value = next;
    chat.storage.set("draft", next || null);
    chat.typing.changed(next);
  };
  const send = () => {
    if (!canSend) return;
    chat.send(text.value.trim());
    text.value = "";
    chat.storage.set("draft", null);
    isPicking.value = false;
    area.current?.focus();
  };
  const insert = (emoji: string) => {
    const { selectionStart, selectionEnd } = area.current!;
    write(text.value.slice(0, selectionStart) + emoji + text.value.slice(selectionEnd));
    const caret = selectionStart + emoji.length;
    requestAnimationFrame(() => area.current?.setSelectionRange(caret, caret));
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Uploads chat={chat} />
      {isPicking.value && (
        <EmojiPicker
          onPick={insert}
          onClose={() => {
            isPicking.value = false;
            area.current?.focus();
          }}
        />
      )}
      <div class="field">
        <label class="tool" title={T.attach}>
          <Icon path={paths.attach} />
          <span class="kf-sr">{T.attach}</span>
          <input
            type="file"
            multiple
            onChange={(event) => {
              uploads.add(event.currentTarget.files ?? []);
              event.currentTarget.value = "";
              area.current?.focus();
            }}
          />
        </label>
        <textarea
          ref={area}
          rows={1}
          dir="auto"
          value={text.value}
          placeholder={isClosed ? T.writeClosed : T.write}
          aria-label={T.write}
          enterkeyhint="send"
          onInput={(event) => write(event.currentTarget.value)}
          onBlur={() => chat.typing.stopped()}
          onKeyDown={(event) => {
            // While an input method composes, Enter chooses a word (229: Safari says so too late otherwise).
            if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
            event.preventDefault();
            send();
          }}
          onPaste={(event) => {
            const files = event.clipboardData?.files;
            if (!files?.length) return;
            event.preventDefault();
            uploads.add(files);
          }}
        />
        <Tool
          icon={paths.smile}
          label={T.emoji}
          aria-expanded={isPicking.value}
          onPointerDown={(event) => event.stopPropagation()}
          onClick={() => (isPicking.value = !isPicking.value)}
        />
        <Tool class="send" icon={paths.send} label={T.send} type="submit" aria-disabled={!canSend} />
      </div>
      {chat.session.value?.typing_preview && <p class="hint">{T.watched}</p>}
      {over > 0 && (
        <p class="count" role="status">
          {fill(T.tooLong, { n: over })}
        </p>
      )}
    </form>
  );
}

/** To as many lines as there are; how many at most stands in the styles. */
function grow(area: HTMLTextAreaElement): void {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}

function Uploads({ chat }: { chat: Chat }) {
  const { list, notice } = chat.uploads;
  if (!list.value.length && !notice.value) return null;
  return (
    <div class="uploads">
      <ul>
        {list.value.map((upload) => (
          <UploadCard key={upload.id} upload={upload} chat={chat} />
        ))}
      </ul>
      {notice.value && <p role="alert">{notice.value}</p>}
    </div>
  );
}

function UploadCard({ upload, chat }: { upload: Upload; chat: Chat }) {
  const { id, file, preview, share, view, error } = upload;
  const { uploads } = chat;
  return (
    <li class={error ? "upload failed" : "upload"} title={file.name}>
      {preview ? <img src={preview} alt="" /> : <Icon path={paths.file} />}
      <span class="label">
        <bdi>{file.name}</bdi>
        {error && (
          <small role="alert">
            {error}
            {error === T.uploadFailed && (
              <button type="button" class="link" onClick={() => uploads.retry(id)}>
                {T.retry}
              </button>
            )}
          </small>
        )}
        {!error && !view && (
          <span class="progress" role="progressbar" aria-valuenow={Math.round(share * 100)} aria-label={fill(T.uploading, { name: file.name })}>
            <i style={{ width: `${share * 100}%` }} />
          </span>
        )}
      </span>
      <Tool icon={paths.close} label={fill(T.removeFile, { name: file.name })} onClick={() => uploads.remove(id)} />
    </li>
  );
}
