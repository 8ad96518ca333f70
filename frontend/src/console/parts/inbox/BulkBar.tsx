// The bar at the bottom of the list while rows are ticked: how many, and what can be done to all of them.
import type { ComponentChildren } from "preact";
import { CloseIcon, DoneIcon, FlagIcon, MoonIcon, MoreIcon, QueueIcon, TagIcon, UserIcon } from "../../../design/icons";
import { isBulkBusy } from "../../state/bulk";
import { now } from "../../state/clock";
import { freshenPeople, freshenTags } from "../../state/freshen";
import { currentListing, idsOfHere } from "../../state/inbox";
import { snoozeTickedWish } from "../../state/inbox_keys";
import { assign, closeAll, markRead, markUnread, moveToQueue, prioritise, putTag, snooze, takeTag, wake } from "../../state/marks";
import { rowSignal } from "../../state/rows";
import { me } from "../../state/session";
import { snoozeChoices } from "../../state/snooze";
import { tags } from "../../state/tags";
import { MAX_TICKED, tickAll, ticked, untickAll } from "../../state/ticks";
import { locale, words } from "../../words";
import { dueTime } from "../../words/times";
import type { Row, Tag } from "../../wire";
import { Menu, MenuGroup, MenuItem } from "../Menu";
import { snoozeAsked } from "./SnoozeDialog";

export function BulkBar() {
  const ids = [...ticked.value];
  if (!ids.length) return null;
  const say = words.value;
  const isBusy = isBulkBusy.value;
  return (
    <div class="tick-bar" role="toolbar" aria-label={say.bulkActions} aria-busy={isBusy}>
      <span class="bulk-count" role="status">{ids.length >= MAX_TICKED ? say.tickLimit(ids.length) : say.tickedCount(ids.length)}</span>
      <div class="bulk-actions">
        <button type="button" class="icon-button" aria-label={say.bulkClose} data-tip={say.bulkClose} disabled={isBusy} onClick={() => void closeAll(ids)}><DoneIcon /></button>
        <BulkMenu label={say.bulkAssign} icon={<UserIcon />} onOpen={freshenPeople}><AssignChoices ids={ids} /></BulkMenu>
        {me.value!.queues.length > 1 && <BulkMenu label={say.bulkTransfer} icon={<QueueIcon />} onOpen={freshenPeople}><QueueChoices ids={ids} /></BulkMenu>}
        <BulkMenu label={say.bulkTag} icon={<TagIcon />} onOpen={freshenTags}><TagChoices ids={ids} /></BulkMenu>
        <BulkMenu label={say.bulkSnooze} icon={<MoonIcon />} openSignal={snoozeTickedWish.value}><SnoozeChoices ids={ids} /></BulkMenu>
        <BulkMenu label={say.bulkPriority} icon={<FlagIcon />}><PriorityChoices ids={ids} /></BulkMenu>
        <BulkMenu label={say.bulkMore} icon={<MoreIcon />}>
          <MenuItem onChoose={() => void markRead(ids)}>{say.markRead}</MenuItem>
          <MenuItem onChoose={() => void markUnread(ids)}>{say.markUnread}</MenuItem>
          <MenuItem onChoose={() => void wake(ids)}>{say.wake}</MenuItem>
          <MenuItem onChoose={() => tickAll(idsOfHere(currentListing.peek()))}>{say.tickAll}</MenuItem>
        </BulkMenu>
        <button type="button" class="icon-button" aria-label={say.untickAll} data-tip={say.untickAll} data-tip-end data-keys="Esc" onClick={untickAll}><CloseIcon /></button>
      </div>
    </div>
  );
}

function BulkMenu(props: { label: string; icon: ComponentChildren; openSignal?: number; onOpen?: () => void; children: ComponentChildren }) {
  const { label, icon, openSignal = 0, onOpen, children } = props;
  return (
    <Menu label={label} tip={label} place="above-start" buttonClass="icon-button" button={icon} disabled={isBulkBusy.value} openSignal={openSignal} onOpen={onOpen}>
      {children}
    </Menu>
  );
}

function AssignChoices({ ids }: { ids: readonly string[] }) {
  const say = words.value;
  const { agents, agent } = me.value!;
  return (
    <MenuGroup label={say.bulkAssign}>
      <MenuItem onChoose={() => void assign(ids, { id: agent.id, name: agent.name })}>
        <span class={`presence presence-${agent.availability}`} />
        <span class="menu-item-text">{say.bulkToMe}</span>
      </MenuItem>
      {agents.filter((one) => one.id !== agent.id).map((one) => (
        <MenuItem key={one.id} onChoose={() => void assign(ids, one)}>
          <span class={`presence presence-${one.availability}`} />
          <span class="menu-item-text">{one.name}</span>
        </MenuItem>
      ))}
    </MenuGroup>
  );
}

function QueueChoices({ ids }: { ids: readonly string[] }) {
  return (
    <MenuGroup label={words.value.bulkTransfer}>
      {me.value!.queues.map((queue) => (
        <MenuItem key={queue.id} onChoose={() => void moveToQueue(ids, queue)}><span class="menu-item-text">{queue.name}</span></MenuItem>
      ))}
    </MenuGroup>
  );
}

/** A tag that all of them have is taken off, any other is put on. */
export function TagChoices({ ids }: { ids: readonly string[] }) {
  const say = words.value;
  const rows = ids.map((id) => rowSignal(id)?.value).filter((row): row is Row => row !== undefined);
  const haveAll = (tag: Tag): boolean => rows.length > 0 && rows.every((row) => row.tags.includes(tag.id));
  if (!tags.value.size) return <p class="menu-empty">{say.noTags}</p>;
  return (
    <MenuGroup label={say.bulkTag}>
      {[...tags.value.values()].map((tag) => (
        <button type="button" key={tag.id} class="menu-item" role="menuitemcheckbox" aria-checked={haveAll(tag)} tabIndex={-1} onClick={() => void (haveAll(tag) ? takeTag(ids, tag) : putTag(ids, tag))}>
          <span class="tag-dot" style={{ background: tag.colour }} />
          <span class="menu-item-text">{tag.name}</span>
          {haveAll(tag) && <DoneIcon class="menu-check" />}
        </button>
      ))}
    </MenuGroup>
  );
}

export function SnoozeChoices({ ids }: { ids: readonly string[] }) {
  const say = words.value;
  return (
    <MenuGroup label={say.bulkSnooze}>
      {snoozeChoices(now.value).map(({ choice, until }) => (
        <MenuItem key={choice} onChoose={() => void snooze(ids, until)}>
          <span class="menu-item-text">{say.snoozeChoices[choice]}</span>
          <span class="menu-aside">{dueTime(until, now.value, locale.value)}</span>
        </MenuItem>
      ))}
      <MenuItem onChoose={() => (snoozeAsked.value = ids)}>{say.snoozePick}</MenuItem>
    </MenuGroup>
  );
}

export function PriorityChoices({ ids }: { ids: readonly string[] }) {
  const say = words.value;
  return (
    <MenuGroup label={say.bulkPriority}>
      {[4, 3, 2, 1].map((priority) => (
        <MenuItem key={priority} onChoose={() => void prioritise(ids, priority)}>
          <span class={`flag flag-${priority}`}><FlagIcon /></span>
          <span class="menu-item-text">{say.priorities[priority]}</span>
        </MenuItem>
      ))}
    </MenuGroup>
  );
}
