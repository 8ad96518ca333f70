// Who, in which queue, with whom; and what can be done, each with its key.
import type { ComponentChildren } from "preact";
import { BackIcon, DoneIcon, PanelIcon, ReleaseIcon, ReopenIcon, TakeIcon, TransferIcon, type Icon } from "../../design/icons";
import { busy, close, release, reopen, take, transfer } from "../state/actions";
import { now } from "../state/clock";
import { resolutionDeadline } from "../state/deadlines";
import { isDetailsShown, toggleDetails } from "../state/layout";
import { go } from "../state/route";
import { me, myId } from "../state/session";
import { transferWish } from "../state/shortcuts";
import type { Thread } from "../state/thread";
import { visitorName } from "../state/visitors";
import { locale, words } from "../words";
import { fullTime } from "../words/times";
import type { Row } from "../wire";
import { Avatar } from "./Avatar";
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
      {row ? <Who row={row} /> : <span class="thread-who"><span class="bone bone-name" /></span>}
      {row && <Actions row={row} />}
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
    </header>
  );
}

function ResolutionClock({ row }: { row: Row }) {
  const promised = resolutionDeadline(row, now.value);
  if (!promised || promised.due === null) return null;
  const say = words.value;
  const due = fullTime(promised.due, locale.value);
  return (
    <span class={`wait wait-${promised.level}`}>
      {promised.level === "late" ? say.resolutionWasDue(due) : say.resolutionDue(due)}
    </span>
  );
}

function Who({ row }: { row: Row }) {
  const say = words.value;
  const name = visitorName(row.visitor, say);
  return (
    <div class="thread-who">
      <h2 title={name}>{name}</h2>
      <p class="thread-facts">
        <span class={`status status-${row.status}`}>{say.status[row.status]}</span>
        <ReplyClock row={row} />
        <ResolutionClock row={row} />
        {row.agent && (
          <span class="fact">
            <Avatar id={row.agent.id} name={row.agent.name} size="s" />
            {row.agent.id === myId.value ? say.withYou : say.assignedTo(row.agent.name)}
          </span>
        )}
        {row.queue && <span class="fact fact-queue">{row.queue.name}</span>}
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
      <TransferMenu row={row} />
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

function TransferMenu({ row }: { row: Row }) {
  const say = words.value;
  const { agents, queues } = me.value!;
  const others = agents.filter((agent) => agent.id !== row.agent?.id && agent.id !== myId.value);
  const otherQueues = queues.filter((queue) => queue.id !== row.queue?.id);
  return (
    <Menu
      label={say.transfer}
      tip={say.transfer}
      keys="X"
      buttonClass="button action"
      disabled={busy.value.has(row.id)}
      openSignal={transferWish.value}
      button={<Face icon={TransferIcon}>{say.transfer}</Face>}
    >
      {!others.length && !otherQueues.length && <p class="menu-empty">{say.noOneToTransfer}</p>}
      {others.length > 0 && (
        <MenuGroup label={say.colleagues}>
          {others.map((agent) => (
            <MenuItem key={agent.id} onChoose={() => void transfer(row, { agent })}>
              <span class={`presence presence-${agent.availability}`} />
              <span class="menu-item-text">{agent.name}</span>
              <span class="menu-aside">{say.availability[agent.availability]}</span>
            </MenuItem>
          ))}
        </MenuGroup>
      )}
      {otherQueues.length > 0 && (
        <MenuGroup label={say.queues}>
          {otherQueues.map((queue) => (
            <MenuItem key={queue.id} onChoose={() => void transfer(row, { queue })}>
              <span class="menu-item-text">{queue.name}</span>
            </MenuItem>
          ))}
        </MenuGroup>
      )}
    </Menu>
  );
}
