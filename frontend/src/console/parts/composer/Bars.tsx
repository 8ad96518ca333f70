// What stands around the field: reply or note, whose conversation it is, who else is here, how files come in.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { AttachIcon, LockIcon, PencilIcon, ReopenIcon } from "../../../design/icons";
import { reopen } from "../../state/actions";
import { busy } from "../../state/busy";
import { stopEdit } from "../../state/corrections";
import { carriesFiles } from "../../state/drops";
import type { Mode } from "../../state/drafts";
import { me, myId } from "../../state/session";
import type { Thread } from "../../state/thread";
import { words } from "../../words";
import type { Row } from "../../wire";
import { Avatar } from "../Avatar";

export function Tabs({ mode, onChoose }: { mode: Mode; onChoose: (mode: Mode) => void }) {
  const say = words.value;
  return (
    <div class="composer-tabs" role="group" aria-label={say.composer}>
      {(["reply", "note"] as const).map((one) => (
        <button type="button" key={one} class="composer-tab" aria-pressed={mode === one} data-keys={one === "reply" ? "R" : "N"} data-tip={say[one]} onClick={() => onChoose(one)}>
          {one === "note" && <LockIcon />}
          {say[one]}
        </button>
      ))}
      <BrandSign />
    </div>
  );
}

/** With several brands one must see as whom one writes. */
function BrandSign() {
  const { brand, brands } = me.value!;
  if (brands.length < 2) return null;
  return (
    <span class="brand-sign">
      <span class="brand-dot" style={{ background: brand.accent }} />
      <span>{words.value.writingAs(brand.name)}</span>
    </span>
  );
}

export function EditBar() {
  const say = words.value;
  return (
    <div class="composer-editing" role="status">
      <PencilIcon />
      <span>{say.editing}</span>
      <button type="button" class="link" data-keys="Esc" onClick={stopEdit}>{say.cancel}</button>
    </div>
  );
}

export function Situation({ thread, row, isNote }: { thread: Thread; row: Row; isNote: boolean }) {
  const say = words.value;
  const others = thread.viewers.value.filter(({ agent }) => agent.id !== myId.value);
  const writing = others.find((one) => one.is_writing);
  const sentence = isNote || row.status === "closed" ? "" : whose(row);
  if (!sentence && !others.length) return null;
  return (
    <div class="situation">
      <span>{sentence}</span>
      <span class={`viewers${writing ? " is-writing" : ""}`} role="status">
        {others.map(({ agent }) => (
          <Avatar key={agent.id} name={agent.name} size="s" />
        ))}
        {writing ? say.isWritingToo(writing.agent.name) : others.length > 0 && say.areLooking(others.map(({ agent }) => agent.name))}
      </span>
    </div>
  );
}

function whose(row: Row): string {
  if (!row.agent) return words.value.takesOnReply;
  return row.agent.id === myId.value ? "" : words.value.belongsTo(row.agent.name);
}

export function ClosedBar({ row, onNote }: { row: Row; onNote: () => void }) {
  const say = words.value;
  return (
    <div class="closed-bar">
      <span role="status">{say.closedNotice}</span>
      <button type="button" class="button" onClick={onNote}>
        <LockIcon />
        {say.note}
      </button>
      <button type="button" class="button button-primary" disabled={busy.value.has(row.id)} onClick={() => void reopen(row)}>
        <ReopenIcon />
        {say.reopen}
      </button>
    </div>
  );
}

export function AttachButton({ onFiles }: { onFiles: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class="icon-button" aria-label={words.value.attach} data-tip={words.value.attach} data-tip-above onClick={() => input.current?.click()}>
        <AttachIcon />
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}

export function DropZone(props: { onFiles: (files: File[]) => void; children: preact.ComponentChildren }) {
  const isOver = useSignal(false);
  return (
    <div
      class={`compose${isOver.value ? " is-over" : ""}`}
      data-drop={words.value.dropHere}
      onDragOver={(event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        isOver.value = true;
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) isOver.value = false;
      }}
      onDrop={(event) => {
        isOver.value = false;
        if (!carriesFiles(event)) return;
        event.preventDefault();
        props.onFiles([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      {props.children}
    </div>
  );
}
