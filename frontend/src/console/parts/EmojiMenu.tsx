import { SmileIcon } from "../../design/icons";
import { words } from "../words";
import { EMOJIS, type EmojiGroup } from "../state/emoji";
import { Menu } from "./Menu";

export function EmojiMenu({ onPick }: { onPick: (emoji: string) => void }) {
  const say = words.value;
  return (
    <Menu label={say.emoji} tip={say.emoji} place="above-start" buttonClass="icon-button" button={<SmileIcon />}>
      {(Object.keys(EMOJIS) as EmojiGroup[]).map((group) => (
        <div key={group} class="menu-group" role="group" aria-label={say.emojiGroups[group]}>
          <div class="menu-heading" aria-hidden="true">{say.emojiGroups[group]}</div>
          <div class="emojis" role="presentation">
            {EMOJIS[group].map(({ sign }) => (
              <button type="button" key={sign} class="emoji" role="menuitem" tabIndex={-1} onClick={() => onPick(sign)}>
                {sign}
              </button>
            ))}
          </div>
        </div>
      ))}
    </Menu>
  );
}
