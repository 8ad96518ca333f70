// A small set that a desk uses; the system's own picker has the rest.
import { SmileIcon } from "../../design/icons";
import { words } from "../words";
import type { Dictionary } from "../words/en";
import { Menu } from "./Menu";

const GROUPS: readonly [keyof Dictionary["emojiGroups"], string][] = [
  ["faces", "🙂 😊 😀 😄 😉 😍 🤗 🤔 😅 😂 😌 😮 😕 😟 😢 😞"],
  ["hands", "👍 👎 👌 🙏 👏 🙌 💪 👋 🤝 ✌️ 👉 👇"],
  ["things", "❤️ ✅ ❌ ⚠️ ⭐ 🎉 🎁 🔥 💡 ⏳ 📦 🚚 💳 🧾 📎 🔒"],
];

export function EmojiMenu({ onPick }: { onPick: (emoji: string) => void }) {
  const say = words.value;
  return (
    <Menu label={say.emoji} tip={say.emoji} place="above-start" buttonClass="icon-button" button={<SmileIcon />}>
      {GROUPS.map(([group, emojis]) => (
        <div key={group} class="menu-group" role="group" aria-label={say.emojiGroups[group]}>
          <div class="menu-heading" aria-hidden="true">{say.emojiGroups[group]}</div>
          <div class="emojis" role="presentation">
            {emojis.split(" ").map((emoji) => (
              <button type="button" key={emoji} class="emoji" role="menuitem" tabIndex={-1} onClick={() => onPick(emoji)}>
                {emoji}
              </button>
            ))}
          </div>
        </div>
      ))}
    </Menu>
  );
}
