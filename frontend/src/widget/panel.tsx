import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { fill } from "../i18n";
import { ConnectionLine, StatusBar } from "./bars";
import type { Chat, Phase } from "./chat";
import { Composer } from "./composer";
import { isComposing } from "../design/composing";
import { ContactForm } from "./forms";
import { Header } from "./header";
import { Icon } from "./icons";
import { Log } from "./log";
import * as paths from "./paths";
import * as T from "./texts";

export function Panel({ chat }: { chat: Chat }) {
  const root = useRef<HTMLDivElement>(null);
  const isDropping = useSignal(false);
  const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") && chat.phase.value === "ready";
  const { brand } = chat.config;
  return (
    <div
      class="panel"
      ref={root}
      role="dialog"
      aria-label={fill(T.chatWith, { name: brand.name })}
      onKeyDown={(event) => {
        if (event.key === "Tab") keepInside(event, root.current!);
        if (event.key === "Escape" && !isComposing(event)) chat.close();
      }}
      onDragOver={(event) => {
        event.preventDefault(); // without it the browser would open the file in our place
        isDropping.value = Boolean(carriesFiles(event));
      }}
      onDragLeave={(event) => {
        if (!event.relatedTarget) isDropping.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        isDropping.value = false;
        if (carriesFiles(event)) chat.uploads.add(event.dataTransfer!.files);
      }}
    >
      <Header chat={chat} />
      <main>
        <Body chat={chat} />
      </main>
      {isDropping.value && <div class="drop">{T.dropHere}</div>}
    </div>
  );
}

const TROUBLES: Partial<Record<Phase, string>> = { failed: T.loadFailed, refused: T.refused, expired: T.expired };

function Body({ chat }: { chat: Chat }) {
  const phase = chat.phase.value;
  const trouble = TROUBLES[phase];
  if (trouble)
    return (
      <div class="trouble-page" role="alert">
        <Icon path={paths.alert} size={40} />
        <h2>{trouble}</h2>
        {phase === "failed" && <p>{T.loadFailedWhy}</p>}
        <button class="button" onClick={() => chat.retry()}>
          {T.retry}
        </button>
      </div>
    );
  if (phase !== "ready") return <Skeleton />;
  return (
    <>
      <Log chat={chat} />
      <ConnectionLine chat={chat} />
      <StatusBar chat={chat} />
      <Answering chat={chat} />
    </>
  );
}

/** Where the visitor writes: usually the composer. */
function Answering({ chat }: { chat: Chat }) {
  const { conversation, desk, session } = chat;
  const { visitor, widget } = session.value!;
  const asked = widget.theme.ask?.filter((name) => !visitor[name]);
  if (desk.hasForm.value) return <ContactForm key="leave" chat={chat} />;
  if (asked?.length && !conversation.value && !visitor.identified) return <ContactForm key="ask" chat={chat} asked={asked} />;
  return <Composer chat={chat} />;
}

/** The panel's final shape, before anything is known. */
function Skeleton() {
  return (
    <div class="skeleton" aria-hidden="true">
      <i />
      <i class="short" />
      <i class="mine" />
      <i />
      <i class="line" />
    </div>
  );
}

const FOCUSABLE = "button:not(:disabled), a[href], input, textarea, [tabindex='0']";

function keepInside(event: KeyboardEvent, root: HTMLElement): void {
  const stops = [...root.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((one) => one.checkVisibility());
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  if (document.activeElement !== edge) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
}
