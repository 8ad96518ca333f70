// The board's open conversations: watch one, take one over, give one or many to somebody else.
import { CloseIcon, EyeIcon, TakeIcon, TransferIcon } from "../../../design/icons";
import type { BoardTalk } from "../../api_board";
import { board, listed, move, narrowed, pick, pickAll, picked } from "../../state/board";
import { now } from "../../state/clock";
import { go, watchPath } from "../../state/route";
import { me, myId } from "../../state/session";
import { visitorName } from "../../state/visitors";
import { locale, words } from "../../words";
import { duration, sinceTone } from "../../words/durations";
import { fullTime } from "../../words/times";
import { Drawing } from "../Drawing";
import { Menu, MenuGroup, MenuItem } from "../Menu";

export function Talks() {
  const say = words.value;
  const known = board.value!;
  const talks = listed(known, narrowed.value);
  const only = [...known.queues, ...known.agents].find((one) => one.id === narrowed.value);
  return (
    <section class="card talks" aria-labelledby="board-talks">
      <div class="card-head">
        <h2 id="board-talks">{say.boardTalks}</h2>
        {only && (
          <button type="button" class="board-chip" onClick={() => (narrowed.value = null)}>
            {only.name}
            <CloseIcon />
            <span class="kf-sr">{say.boardAll}</span>
          </button>
        )}
      </div>
      {talks.length ? <Table talks={talks} /> : (
        <div class="empty empty-low" role="status">
          <Drawing name="rest" />
          <p>{say.boardQuiet}</p>
        </div>
      )}
      {known.more && <p class="quiet">{say.boardMore(known.conversations.length)}</p>}
      <Bulk />
    </section>
  );
}

function Table({ talks }: { talks: BoardTalk[] }) {
  const say = words.value;
  const areAll = talks.every((one) => picked.value.has(one.id));
  return (
    <div class="scroll-x" tabIndex={0} role="group" aria-label={say.boardTalks}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col" class="tick">
              <input type="checkbox" aria-label={say.boardPickAll} checked={areAll} onChange={(event) => pickAll(talks.map((one) => one.id), event.currentTarget.checked)} />
            </th>
            <th scope="col">{say.boardVisitor}</th>
            <th scope="col">{say.queue}</th>
            <th scope="col">{say.boardAgent}</th>
            <th scope="col" class="number">{say.boardWaits}</th>
            <th scope="col"><span class="kf-sr">{say.boardActions}</span></th>
          </tr>
        </thead>
        <tbody>{talks.map((one) => <Talk key={one.id} talk={one} />)}</tbody>
      </table>
    </div>
  );
}

function Talk({ talk }: { talk: BoardTalk }) {
  const say = words.value;
  const name = visitorName(talk.visitor, say);
  const mine = me.value!.agent;
  return (
    <tr class={picked.value.has(talk.id) ? "is-picked" : ""}>
      <td class="tick">
        <input type="checkbox" aria-label={say.boardPick(name)} checked={picked.value.has(talk.id)} onChange={(event) => pick(talk.id, event.currentTarget.checked)} />
      </td>
      <th scope="row" class="talk">
        <span class="talk-name">{name}</span>
        <span class="talk-text" dir="auto">{talk.text}</span>
      </th>
      <td>{talk.queue?.name ?? "–"}</td>
      <td>{talk.agent?.name ?? <span class="quiet">{say.nobody}</span>}</td>
      <td class="number"><Waits talk={talk} /></td>
      <td class="talk-actions">
        <a class="icon-button" href={watchPath(talk.id)} aria-label={say.boardWatch(name)} data-tip={say.watch} data-tip-end onClick={(event) => openWatched(event, talk.id)}>
          <EyeIcon />
        </a>
        {talk.agent?.id === myId.value ? <span class="icon-button" aria-hidden="true" /> : (
          <button type="button" class="icon-button" aria-label={say.boardTakeOver(name)} data-tip={say.takeOver} data-tip-end onClick={() => void move([talk.id], { agent: mine })}>
            <TakeIcon />
          </button>
        )}
        <MoveMenu ids={[talk.id]} label={say.boardReassign(name)} button={<TransferIcon />} buttonClass="icon-button" />
      </td>
    </tr>
  );
}

/** Waiting for an agent, or for an answer. */
function Waits({ talk }: { talk: BoardTalk }) {
  const since = talk.waiting_since_ts ?? talk.awaiting_since_ts;
  if (talk.left_message) return <span class="quiet">{words.value.boardLeftOne}</span>;
  const until = talk.snoozed_until_ts;
  if (until !== null) return <span class="quiet" title={words.value.snoozeUntil(fullTime(until, locale.value))}>{words.value.snoozed}</span>;
  if (since === null) return <>–</>;
  const seconds = board.value!.queues.find((queue) => queue.id === talk.queue?.id)?.answer_seconds ?? 300;
  const waited = Math.max(now.value - since, 0);
  const isLate = talk.reply_due_ts !== null && talk.reply_due_ts < now.value;
  return <span class={`wait wait-${isLate ? "late" : sinceTone(waited, seconds)}`}>{duration(waited / 1000, locale.value)}</span>;
}

function openWatched(event: MouseEvent, conversation: string): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  go({ conversation, watch: true, view: "all" });
}

function MoveMenu(props: { ids: readonly string[]; label: string; button: preact.ComponentChildren; buttonClass: string; isAbove?: boolean }) {
  const say = words.value;
  const { queues, agents } = board.value!;
  const able = agents.filter((one) => one.availability !== "offline");
  return (
    <Menu label={props.label} place={props.isAbove ? "above-start" : "below-end"} buttonClass={props.buttonClass} button={props.button}>
      <MenuGroup label={say.boardAgents}>
        {able.map((agent) => (
          <MenuItem key={agent.id} onChoose={() => void move(props.ids, { agent })}>
            <span class={`presence presence-${agent.availability}`} />
            <span class="menu-item-text">{agent.name}</span>
            <span class="menu-aside">{agent.load}/{agent.capacity}</span>
          </MenuItem>
        ))}
        {!able.length && <div class="menu-empty">{say.boardNobodyHere}</div>}
      </MenuGroup>
      <MenuGroup label={say.boardQueues}>
        {queues.map((queue) => (
          <MenuItem key={queue.id} onChoose={() => void move(props.ids, { queue })}>
            <span class="menu-item-text">{queue.name}</span>
            <span class="menu-aside">{queue.waiting}</span>
          </MenuItem>
        ))}
      </MenuGroup>
    </Menu>
  );
}

function Bulk() {
  const say = words.value;
  const ids = [...picked.value];
  if (!ids.length) return null;
  return (
    <div class="bulk" role="region" aria-label={say.boardPicked(ids.length)}>
      <span role="status">{say.boardPicked(ids.length)}</span>
      <MoveMenu
        ids={ids}
        label={say.boardReassignMany}
        isAbove
        buttonClass="button button-primary"
        button={<><TransferIcon />{say.boardReassignMany}</>}
      />
      <button type="button" class="button" onClick={() => void move(ids, { agent: me.value!.agent })}>
        <TakeIcon />
        {say.takeOver}
      </button>
      <button type="button" class="button button-quiet" onClick={() => pickAll([], false)}>{say.cancel}</button>
    </div>
  );
}
