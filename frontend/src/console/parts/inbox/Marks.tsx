// What can be put on the open conversation: tags, sleep, priority. The same as the bar does to many.
import { FlagIcon, MoonIcon, TagIcon } from "../../../design/icons";
import { freshenTags } from "../../state/freshen";
import { wake } from "../../state/marks";
import { snoozeWish } from "../../state/inbox_keys";
import { locale, words } from "../../words";
import { fullTime } from "../../words/times";
import type { Row } from "../../wire";
import { Menu, MenuItem } from "../Menu";
import { PriorityChoices, SnoozeChoices, TagChoices } from "./BulkBar";

export function Marks({ row }: { row: Row }) {
  const say = words.value;
  const ids = [row.id];
  const until = row.snoozed_until_ts;
  const snoozed = until === null ? say.bulkSnooze : say.snoozeUntil(fullTime(until, locale.value));
  return (
    <div class="marks">
      <Menu label={say.bulkTag} tip={say.bulkTag} buttonClass="icon-button" button={<TagIcon />} onOpen={freshenTags}><TagChoices ids={ids} /></Menu>
      {row.status !== "closed" && (
        <>
          <Menu label={`${say.priority}: ${say.priorities[row.priority] ?? ""}`} tip={`${say.priority}: ${say.priorities[row.priority] ?? ""}`} buttonClass="icon-button" button={<span class={`flag flag-${row.priority}`}><FlagIcon /></span>}><PriorityChoices ids={ids} /></Menu>
          <Menu label={snoozed} tip={snoozed} keys="S" buttonClass={`icon-button${until === null ? "" : " is-on"}`} button={<MoonIcon />} openSignal={snoozeWish.value}>
            {until !== null && <MenuItem onChoose={() => void wake(ids)}>{say.wake}</MenuItem>}
            <SnoozeChoices ids={ids} />
          </Menu>
        </>
      )}
    </div>
  );
}
