// The live board of supervisors: who waits, who works, how today goes, and what is open, to be watched or moved.
import { useEffect } from "preact/hooks";
import { RefreshIcon } from "../../../design/icons";
import { board, followBoard, hasBoardFailed, loadBoard } from "../../state/board";
import { now } from "../../state/clock";
import { locale, words } from "../../words";
import { duration, sinceTone } from "../../words/durations";
import { Drawing } from "../Drawing";
import { Queues } from "./Queues";
import { Talks } from "./Talks";
import { Team } from "./Team";

export function Board() {
  useEffect(followBoard, []);
  const say = words.value;
  return (
    <main class="page board" id="thread" tabIndex={-1}>
      <header class="page-head">
        <h1>{say.board}</h1>
        {board.value && <span class="live" role="status">{say.live}</span>}
      </header>
      {board.value ? <Shown /> : hasBoardFailed.value ? <Failed /> : <Skeleton />}
    </main>
  );
}

function Shown() {
  return (
    <div class="page-body">
      <Numbers />
      <div class="board-sides">
        <Queues />
        <Team />
      </div>
      <Talks />
    </div>
  );
}

function Numbers() {
  const say = words.value;
  const { waiting, longest_since_ts, assigned, left_messages, today } = board.value!;
  const longest = longest_since_ts === null ? null : Math.max(now.value - longest_since_ts, 0);
  const tone = longest === null ? "" : ` tone-${sinceTone(longest, shortestAnswer())}`;
  return (
    <>
      <dl class="numbers numbers-now" aria-label={say.boardNow}>
        <Figure name={say.boardWaiting} value={String(waiting)} isCalling={waiting > 0} />
        <Figure name={say.boardLongest} value={longest === null ? "–" : duration(longest / 1000, locale.value)} tone={tone} />
        <Figure name={say.boardServed} value={String(assigned)} />
        <Figure name={say.boardLeft} value={String(left_messages)} />
      </dl>
      <dl class="numbers numbers-today" aria-label={say.boardToday}>
        <Figure name={say.boardOpened} value={String(today.opened)} />
        <Figure name={say.boardClosed} value={String(today.closed)} />
        <Figure name={say.boardFirst} value={today.first_response_seconds === null ? "–" : duration(today.first_response_seconds, locale.value)} />
        <Figure name={say.boardCsat} value={today.csat.mean === null ? "–" : today.csat.mean.toFixed(1)} aside={today.csat.count ? say.boardRatings(today.csat.count) : ""} />
        <Figure name={say.boardMissed} value={String(today.missed_deadlines)} tone={today.missed_deadlines ? " tone-late" : ""} />
      </dl>
    </>
  );
}

/** The longest wait is judged by the strictest queue that somebody waits in. */
function shortestAnswer(): number {
  const waitedIn = board.value!.queues.filter((queue) => queue.waiting > 0);
  return Math.min(...waitedIn.map((queue) => queue.answer_seconds), 86_400);
}

function Figure(props: { name: string; value: string; aside?: string; tone?: string; isCalling?: boolean }) {
  return (
    <div class={`figure${props.tone ?? ""}${props.isCalling ? " is-calling" : ""}`}>
      <dt>{props.name}</dt>
      <dd>
        {props.value}
        {props.aside && <small>{props.aside}</small>}
      </dd>
    </div>
  );
}

function Failed() {
  return (
    <div class="empty" role="alert">
      <Drawing name="cut" />
      <p>{words.value.boardFailed}</p>
      <button type="button" class="button" onClick={() => void loadBoard()}>
        <RefreshIcon />
        {words.value.retry}
      </button>
    </div>
  );
}

function Skeleton() {
  return (
    <div class="page-body" role="status" aria-label={words.value.loading}>
      <div class="numbers" aria-hidden="true">{[1, 2, 3, 4].map((n) => <span key={n} class="bone figure-bone" />)}</div>
      <div class="board-sides" aria-hidden="true">
        <span class="bone card-bone" />
        <span class="bone card-bone" />
      </div>
    </div>
  );
}
