// Who, in which queue, with whom; and what can be done, each with its key.
import type { ComponentChildren } from "preact";
import { BackIcon, DoneIcon, PanelIcon, ReleaseIcon, ReopenIcon, TakeIcon, TransferIcon, ZapIcon, type Icon } from "../../design/icons";
import { close, release, reopen, take } from "../state/actions";
import { busy } from "../state/busy";
import { now } from "../state/clock";
import { resolutionDeadline } from "../state/deadlines";
import { isDetailsShown, isNarrow, toggleDetails } from "../state/layout";
import { go } from "../state/route";
import { keysById } from "../state/macro_keys";
import { loadMacros, macros, runMacro } from "../state/macros";
import { myId } from "../state/session";
import { transferAsked } from "../state/shortcuts";
import type { Thread } from "../state/thread";
import { visitorName } from "../state/visitors";
import { locale, words } from "../words";
import { dueTime, fullTime } from "../words/times";
import type { Row } from "../wire";
import { Avatar } from "./Avatar";
import { Marks } from "./inbox/Marks";
import { Menu, MenuGroup, MenuItem } from "./Menu";
import { ReplyClock } from "./Row";

export function ThreadHeader({ thread }: { thread: Thread }) {
  const row = thread.row.value;
  const say = words.value;
  return (
    <header class="thread-head">
      <button type="button" class="icon-button thread-back" aria-label={say.backToList} onClick={() => go({ conversation: null })}>
        <BackIcon />
      </button>
      {row ? <Who row={row} /> : <span class="thread-who">{!thread.isInTrouble && <span class="bone bone-name" />}</span>}
      {row && <Marks row={row} />}
      {row && <Actions row={row} />}
      {!thread.isInTrouble && (
        <button
          type="button"
          class="icon-button"
          aria-label={isDetailsShown.value ? say.hideDetails : say.showDetails}
          aria-expanded={isDetailsShown.value}
          data-tip={isDetailsShown.value ? say.hideDetails : say.showDetails}
          data-keys="I"
          data-tip-end
          onClick={toggleDetails}
        >
          <PanelIcon />
        </button>
      )}
    </header>
  );
}

function ResolutionClock({ row }: { row: Row }) {
  const promised = resolutionDeadline(row, now.value);
  if (!promised || promised.due === null) return null;
  const say = words.value;
  const due = dueTime(promised.due, now.value, locale.value);
  return (
    <span class={`wait wait-${promised.level}`} title={fullTime(promised.due, locale.value)}>
      {promised.level === "late" ? say.resolutionWasDue(due) : say.resolutionDue(due)}
    </span>
  );
}

function Who({ row }: { row: Row }) {
  const say = words.value;
  const name = visitorName(row.visitor, say);
  return (
    <div class="thread-who">
      <h2 title={name} aria-level={isNarrow.value ? 1 : undefined}>{name}</h2>
      <p class="thread-facts">
        <span class={`status status-${row.status}`}>{say.status[row.status]}</span>
        <ReplyClock row={row} />
        <ResolutionClock row={row} />
        {row.agent && (
          <span class="fact">
            <Avatar name={row.agent.name} size="s" />
            <bdi class="fact-text">{row.agent.id === myId.value ? say.withYou : say.assignedTo(row.agent.name)}</bdi>
          </span>
        )}
        {row.queue && <span class="fact fact-queue"><bdi class="fact-text">{row.queue.name}</bdi></span>}
      </p>
    </div>
  );
}

function Actions({ row }: { row: Row }) {
  const say = words.value;
  const isMine = row.agent?.id === myId.value;
  if (row.status === "closed") {
    return (
      <div class="actions">
        <Action row={row} icon={ReopenIcon} label={say.reopen} keys="E" onClick={() => void reopen(row)} />
      </div>
    );
  }
  return (
    <div class="actions">
      {!isMine && (
        <Action row={row} icon={TakeIcon} label={row.agent ? say.takeOver : say.take} keys="T" isPrimary={!row.agent} onClick={() => void take(row)} />
      )}
      {isMine && <Action row={row} icon={ReleaseIcon} label={say.release} onClick={() => void release(row)} />}
      <Action row={row} icon={TransferIcon} label={say.transfer} keys="F" onClick={() => (transferAsked.value = row.id)} />
      <MacroMenu row={row} />
      <Action row={row} icon={DoneIcon} label={say.closeConversation} keys="E" onClick={() => void close(row)} />
    </div>
  );
}

interface ActionProps {
  row: Row;
  icon: Icon;
  label: string;
  keys?: string;
  isPrimary?: boolean;
  onClick: () => void;
}

function Action({ row, icon: Shape, label, keys, isPrimary, onClick }: ActionProps) {
  return (
    <button
      type="button"
      class={`button action${isPrimary ? " button-primary" : ""}`}
      aria-label={label}
      data-tip={label}
      data-keys={keys}
      disabled={busy.value.has(row.id)}
      onClick={onClick}
    >
      <Face icon={Shape}>{label}</Face>
    </button>
  );
}

const Face = ({ icon: Shape, children }: { icon: Icon; children: ComponentChildren }) => (
  <>
    <Shape />
    <span class="action-label">{children}</span>
  </>
);

function MacroMenu({ row }: { row: Row }) {
  const say = words.value;
  if (macros.value === null) void loadMacros();
  if (!macros.value?.length) return null;
  const keys = keysById(macros.value);
  return (
    <Menu label={say.macros} tip={say.macros} keys="M" buttonClass="button action" disabled={busy.value.has(row.id)} button={<Face icon={ZapIcon}>{say.macros}</Face>} onOpen={() => void loadMacros()}>
      <MenuGroup label={say.macros}>
        {macros.value.map((one) => (
          <MenuItem key={one.id} onChoose={() => void runMacro(one, row)}>
            <span class="menu-item-text">{one.name}</span>
            {one.own && <span class="menu-aside">{say.cannedOwn}</span>}
            {keys.has(one.id) && <kbd aria-hidden="true">{keys.get(one.id)!.toUpperCase()}</kbd>}
          </MenuItem>
        ))}
      </MenuGroup>
    </Menu>
  );
}
