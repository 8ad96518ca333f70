import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { FileView } from "../engine";
import { fill } from "../i18n";
import { isPicture, pictureUrl, readableSize, saveFile } from "./files";
import { Icon } from "./icons";
import type { MessageHandlers } from "./message";
import * as paths from "./paths";
import { whenSeen } from "./seen";
import * as T from "./texts";

export function FilePart({ file, handlers }: { file: FileView; handlers: MessageHandlers }) {
  return isPicture(file.content_type) ? <Picture file={file} handlers={handlers} /> : <Attachment file={file} handlers={handlers} />;
}

/** The room is taken before the picture is here, so that nothing jumps. A strip shows its middle. See `.picture`. */
const roomFor = ({ width, height }: FileView) => ({ "--width": `${width || 240}px`, "--ratio": `${width && height ? width / height : 4 / 3}` });

function Picture({ file, handlers }: { file: FileView; handlers: MessageHandlers }) {
  const url = useSignal<string | null>(null);
  const isGone = useSignal(false);
  const box = useRef<HTMLButtonElement>(null);
  const load = () =>
    void pictureUrl(handlers.token(), file).then(
      (loaded) => {
        url.value = loaded;
        isGone.value = false;
      },
      () => (isGone.value = true),
    );
  useEffect(() => {
    const stop = whenSeen(box.current!, () => {
      stop();
      load();
    });
    return stop;
  }, [file.id]);
  return (
    <button
      ref={box}
      class="picture"
      style={roomFor(file)}
      aria-label={fill(T.image, { name: file.name })}
      onClick={() => (url.value ? handlers.show(url.value, file.name) : load())}
    >
      {url.value && <img src={url.value} alt="" />}
      {isGone.value && (
        <span class="gone">
          <Icon path={paths.retry} /> {T.fileGone}
        </span>
      )}
    </button>
  );
}

function Attachment({ file, handlers }: { file: FileView; handlers: MessageHandlers }) {
  const isGone = useSignal(false);
  const save = () => {
    isGone.value = false;
    saveFile(handlers.token(), file).catch(() => (isGone.value = true));
  };
  return (
    <button class="attachment" onClick={save}>
      <span class="kind">
        <Icon path={paths.file} />
      </span>
      <span class="label">
        <bdi>{file.name}</bdi>
        <small>{isGone.value ? T.fileGone : readableSize(file.size)}</small>
      </span>
      <Icon path={paths.save} size={18} />
    </button>
  );
}
