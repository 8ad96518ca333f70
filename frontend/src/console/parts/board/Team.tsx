// The board's agents: what each has of what each can have, and since when they are as they are.
import { board } from "../../state/board";
import { now } from "../../state/clock";
import { locale, words } from "../../words";
import { duration } from "../../words/durations";
import { Avatar } from "../Avatar";
import type { BoardAgent } from "../../api_board";
import { byAvailability } from "../../wire";
import { Narrow } from "./Queues";

export function Team() {
  const say = words.value;
  const team = [...board.value!.agents].sort((a, b) => byAvailability(a, b) || a.name.localeCompare(b.name));
  return (
    <section class="card" aria-labelledby="board-team">
      <h2 id="board-team">{say.boardTeam}</h2>
      <ul class="team" tabIndex={0} aria-labelledby="board-team">{team.map((agent) => <Member key={agent.id} agent={agent} />)}</ul>
    </section>
  );
}

function Member({ agent }: { agent: BoardAgent }) {
  const say = words.value;
  const since = agent.since_ts === null ? "" : duration(Math.max(now.value - agent.since_ts, 0) / 1000, locale.value);
  return (
    <li class="member">
      <Avatar name={agent.name} size="m" />
      <span class="member-name">
        <Narrow id={agent.id} name={agent.name} />
        <span class="member-since">
          <span class={`presence presence-${agent.availability}`} aria-hidden="true" />
          {say.availability[agent.availability]}
          {since && ` · ${since}`}
        </span>
      </span>
      <Bar load={agent.load} capacity={agent.capacity} />
    </li>
  );
}

function Bar({ load, capacity }: { load: number; capacity: number }) {
  const share = capacity ? Math.min(load / capacity, 1) : load ? 1 : 0;
  const tone = load >= capacity ? "is-full" : share >= 0.8 ? "is-high" : "";
  return (
    <span class="load">
      <span class={`load-bar ${tone}`} role="meter" aria-valuemin={0} aria-valuemax={Math.max(capacity, load)} aria-valuenow={load} aria-label={words.value.boardLoad(load, capacity)}>
        <span style={{ width: `${share * 100}%` }} />
      </span>
      <span class="load-text" aria-hidden="true">{load}/{capacity}</span>
    </span>
  );
}
