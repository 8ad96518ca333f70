// Files may be dropped anywhere on the open conversation: who drags them aims at the person, not at a field.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { carriesFiles } from "../../state/drops";
import { words } from "../../words";

interface Drop {
  /** Nobody writes here: nothing is taken, nothing is said. */
  isOff: boolean;
  /** Why files cannot be taken just now, "" where they can. */
  refusal: string;
  onFiles: (files: File[]) => void;
}

/** What lies over the conversation while files are over it. */
export function useThreadDrop(drop: Drop) {
  const isOver = useSignal(false);
  const latest = useRef(drop);
  latest.current = drop;
  useEffect(() => {
    const zone = document.getElementById("thread");
    if (!zone) return;
    const enters = (event: DragEvent): void => {
      if (latest.current.isOff || !carriesFiles(event)) return;
      event.preventDefault();
      if (latest.current.refusal) event.dataTransfer!.dropEffect = "none";
      isOver.value = true;
    };
    const leaves = (event: DragEvent): void => {
      if (!zone.contains(event.relatedTarget as Node | null)) isOver.value = false;
    };
    const drops = (event: DragEvent): void => {
      isOver.value = false;
      if (latest.current.isOff || !carriesFiles(event)) return;
      event.preventDefault();
      latest.current.onFiles([...(event.dataTransfer?.files ?? [])]);
    };
    const listening = new AbortController();
    const { signal } = listening;
    zone.addEventListener("dragover", enters, { signal });
    zone.addEventListener("dragleave", leaves, { signal });
    zone.addEventListener("drop", drops, { signal });
    return () => listening.abort();
  }, []);
  if (!isOver.value || drop.isOff) return null;
  return <div class={`drop-sign${drop.refusal ? " is-refused" : ""}`}>{drop.refusal || words.value.dropHere}</div>;
}
