// The board's queues: how many wait, how long, whether it is open. A click lists the queue's conversations only.
import { board, narrowed } from "../../state/board";
import { now } from "../../state/clock";
import { locale, words } from "../../words";
import { duration, sinceTone } from "../../words/durations";
import { shortTime } from "../../words/times";
import type { BoardQueue } from "../../api_board";

export function Queues() {
  const say = words.value;
  const { queues } = board.value!;
  return (
    <section class="card" aria-labelledby="board-queues">
      <h2 id="board-queues">{say.boardQueues}</h2>
      {queues.length === 0 && <p class="quiet">{say.boardNoQueues}</p>}
      {queues.length > 0 && (
        <div class="scroll-x" tabIndex={0} role="group" aria-label={say.boardQueues}>
          <table class="table">
            <thead>
              <tr>
                <th scope="col">{say.queue}</th>
                <th scope="col">{say.boardHours}</th>
                <th scope="col" class="number">{say.boardWaiting}</th>
                <th scope="col" class="number">{say.boardLongest}</th>
                <th scope="col" class="number">{say.boardServed}</th>
              </tr>
            </thead>
            <tbody>{queues.map((queue) => <Queue key={queue.id} queue={queue} />)}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Queue({ queue }: { queue: BoardQueue }) {
  const since = queue.longest_since_ts === null ? null : Math.max(now.value - queue.longest_since_ts, 0);
  return (
    <tr>
      <th scope="row"><Narrow id={queue.id} name={queue.name} /></th>
      <td><Hours queue={queue} /></td>
      <td class="number">{queue.waiting}</td>
      <td class="number">
        {since === null ? "–" : <span class={`wait wait-${sinceTone(since, queue.answer_seconds)}`}>{duration(since / 1000, locale.value)}</span>}
      </td>
      <td class="number">{queue.assigned}</td>
    </tr>
  );
}

function Hours({ queue: { hours } }: { queue: BoardQueue }) {
  const say = words.value;
  if (hours === null) return <span class="quiet">{say.boardAlways}</span>;
  if (hours.is_open) return <span class="status status-assigned">{say.boardOpen}</span>;
  const opens = hours.opens_ts === null ? "" : say.boardOpens(shortTime(hours.opens_ts, now.value, locale.value));
  return <span class="status status-closed" title={opens}>{say.boardShut}</span>;
}

export function Narrow({ id, name }: { id: string; name: string }) {
  const isOn = narrowed.value === id;
  return (
    <button type="button" class="narrow" aria-pressed={isOn} title={words.value.boardOnly(name)} onClick={() => (narrowed.value = isOn ? null : id)}>
      {name}
    </button>
  );
}
