// The list of choices above the composer: arrows move, Enter and Tab choose, Esc puts it away until the next sign.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Attachments } from "../../state/attachments";
import { putIn, typedAt, type Trigger, type Typed } from "../../state/completion";
import { isComposing } from "../../../design/composing";
import type { Row } from "../../wire";
import { putText } from "./hooks";
import { optionsFor, type Option } from "./options";

const IN_REPLY: ReadonlySet<Trigger> = new Set(["canned", "emoji"]);
const IN_NOTE: ReadonlySet<Trigger> = new Set(["mention", "emoji"]);

export interface Completion {
  typed: Typed | null;
  options: readonly Option[];
  index: number;
  point: (index: number) => void;
  choose: (option: Option) => void;
  /** Whether the key was the list's. */
  takesKey: (event: KeyboardEvent) => boolean;
  look: () => void;
}

interface Field {
  area: { current: HTMLTextAreaElement | null };
  isNote: boolean;
  row: Row;
  attachments: Attachments;
  change: (text: string) => void;
}

export function useCompletion({ area, isNote, row, attachments, change }: Field): Completion {
  const caret = useSignal(-1);
  const index = useSignal(0);
  const putAway = useSignal(-1);
  const isChoosing = useRef(false);
  const mode = useRef(isNote);
  mode.current = isNote;
  const value = area.current?.value ?? "";
  const found = caret.value < 0 ? null : typedAt(value, caret.value, isNote ? IN_NOTE : IN_REPLY);
  const typed = found && found.from !== putAway.value ? found : null;
  const options = typed ? optionsFor(typed, row) : [];
  const at = Math.min(index.value, Math.max(options.length - 1, 0));

  const look = (): void => {
    const element = area.current;
    const next = element && document.activeElement === element ? element.selectionStart : -1;
    if (next === caret.peek()) return;
    caret.value = next;
    index.value = 0;
    if (!typedAt(element?.value ?? "", next, isNote ? IN_NOTE : IN_REPLY)) putAway.value = -1;
  };
  const choose = async (option: Option): Promise<void> => {
    const element = area.current;
    if (!typed || !element || isChoosing.current) return;
    const end = caret.peek();
    const place = element.value.slice(typed.from, end);
    isChoosing.current = true;
    const piece = await Promise.resolve(option.piece()).finally(() => (isChoosing.current = false));
    // The server takes its time: where something else stands meanwhile, nothing is put in.
    const isStill = area.current === element && mode.current === isNote && element.value.slice(typed.from, end) === place;
    if (!piece || !isStill) return;
    const put = putIn(element.value, typed, end, piece.text, element.selectionStart);
    caret.value = -1;
    if (piece.files) attachments.addReady(piece.files);
    putText(element, put.text, put.caret, change);
  };
  const takesKey = (event: KeyboardEvent): boolean => {
    if (!options.length || isComposing(event) || event.ctrlKey || event.metaKey) return false;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      index.value = (at + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length;
    } else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) void choose(options[at]!);
    else if (event.key === "Escape") putAway.value = typed!.from;
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  return { typed, options, index: at, point: (next) => (index.value = next), choose: (option) => void choose(option), takesKey, look };
}
