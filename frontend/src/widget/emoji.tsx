import { useEffect, useRef } from "preact/hooks";
import { t } from "./texts";

// What people send to a help desk; the system's own picker has the rest.
const EMOJI = (
  "😀 😄 😂 😊 🙂 😉 😍 🥰 😘 😎 🤔 😅 😇 😮 😢 😭 😞 😡 🥳 🤗 👍 👎 👌 🙏 👏 💪 👋 🤝 ❤️ 💯 🔥 🎉 🎁 ✅ ❌ ❓ ❗ 📦 🚚 ☕"
).split(" ");
const COLUMNS = 8;

export function EmojiPicker({ onPick, onClose }: { onPick: (emoji: string) => void; onClose: () => void }) {
  const grid = useRef<HTMLDivElement>(null);
  useEffect(() => {
    grid.current?.querySelector("button")?.focus();
    const leave = (event: Event) => {
      if (!grid.current?.contains(event.target as Node)) onClose();
    };
    document.addEventListener("pointerdown", leave);
    return () => document.removeEventListener("pointerdown", leave);
  }, []);
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
    <div class="emoji" ref={grid} role="group" aria-label={t("emoji")} onKeyDown={move}>
      {EMOJI.map((emoji) => (
        <button key={emoji} type="button" onClick={() => onPick(emoji)}>
          {emoji}
        </button>
      ))}
    </div>
  );
}
