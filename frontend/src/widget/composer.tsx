import { useRef } from "preact/hooks";
import { fill } from "../i18n";
import type { Chat } from "./chat";
import { isComposing } from "../design/composing";
import { EmojiPicker } from "./emoji";
import { Icon, Tool } from "./icons";
import * as paths from "./paths";
import * as T from "./texts";
import type { Upload } from "./uploads";
import { useWriting } from "./writing";

export function Composer({ chat }: { chat: Chat }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const { text, isPicking, over, canSend, write, send, insert, paste } = useWriting(chat, area);
  const focus = () => area.current?.focus();
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
            focus();
          }}
        />
      )}
      <div class="field">
        <Attach chat={chat} onDone={focus} />
        <textarea
          ref={area}
          rows={1}
          dir="auto"
          value={text.value}
          placeholder={chat.conversation.value?.status === "closed" ? T.writeClosed : T.write}
          aria-label={T.write}
          enterkeyhint="send"
          onInput={(event) => write(event.currentTarget.value)}
          onBlur={() => chat.typing.stopped()}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
            event.preventDefault();
            send();
          }}
          onPaste={paste}
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

function Attach({ chat, onDone }: { chat: Chat; onDone: () => void }) {
  return (
    <label class="tool" title={T.attach}>
      <Icon path={paths.attach} />
      <span class="kf-sr">{T.attach}</span>
      <input
        type="file"
        multiple
        onChange={(event) => {
          chat.uploads.add(event.currentTarget.files ?? []);
          event.currentTarget.value = "";
          onDone();
        }}
      />
    </label>
  );
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
