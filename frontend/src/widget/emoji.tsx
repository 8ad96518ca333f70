import { useEffect, useRef } from "preact/hooks";
import { useLeaving } from "./leaving";
import { EMOJI } from "./signs";
import * as T from "./texts";

const COLUMNS = 8;

export function EmojiPicker({ onPick, onClose }: { onPick: (emoji: string) => void; onClose: () => void }) {
  const grid = useRef<HTMLDivElement>(null);
  useEffect(() => grid.current?.querySelector("button")?.focus(), []);
  useLeaving(grid, onClose, "pointerdown"); // its own button takes the focus, and toggles
  const move = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS };
    const buttons = [...grid.current!.querySelectorAll("button")];
    const step = steps[event.key];
    if (step) {
      event.preventDefault();
      buttons[buttons.indexOf(document.activeElement as HTMLButtonElement) + step]?.focus();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      onClose();
    }
  };
  return (
    <div class="emoji" ref={grid} role="group" aria-label={T.emoji} onKeyDown={move}>
      {EMOJI.map((emoji) => (
        <button key={emoji} type="button" onClick={() => onPick(emoji)}>
          {emoji}
        </button>
      ))}
    </div>
  );
}
