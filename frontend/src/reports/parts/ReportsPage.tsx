// The page: what is asked at the top, then tiles, charts and tables, or why there are none.
import { DownloadIcon, RefreshIcon } from "../../design/icons";
import { fullTime } from "../days";
import { presetRange } from "../question";
import { ask, csvAddress, failure, isLoading, load, options, question, report, words } from "../state";
import type { Report } from "../wire";
import { Charts } from "./Charts";
import { Controls } from "./Controls";
import { HeatMap } from "./HeatMap";
import { Hours } from "./Hours";
import { Tables } from "./Tables";
import { Tiles } from "./Tiles";

export function ReportsPage() {
  const say = words.value;
  return (
    <>
      <header class="page-head">
        <h1>{say.title}</h1>
        <Csv />
      </header>
      <div class="page-body reports" aria-busy={isLoading.value}>
        <Controls />
        <Body />
      </div>
    </>
  );
}

function Body() {
  const known = report.value;
  if (failure.value) return <Failed />;
  if (!known) return <Skeleton />;
  return (
    <div class={`answer${isLoading.value ? " is-old" : ""}`}>
      {isEmpty(known) ? <Empty known={known} /> : <Answer known={known} />}
    </div>
  );
}

function Answer({ known }: { known: Report }) {
  const say = words.value;
  const percent = say.percent((known.error * 100).toFixed(1));
  return (
    <>
      <Tiles known={known} />
      <Charts known={known} />
      <HeatMap rows={known.groups.weekday_hour} />
      <Hours />
      <Tables known={known} />
      <p class="quiet">
        {known.complete_ts !== null && `${say.asOf(fullTime(known.complete_ts, options.value.locale))}. `}
        {say.error(percent)} {known.time === "business" && say.timesHint}
      </p>
    </>
  );
}

const isEmpty = ({ totals }: Report): boolean =>
  !totals.opened && !totals.closed && !totals.messages_in && !totals.messages_out && !totals.load;

function Empty({ known }: { known: Report }) {
  const say = words.value;
  const wider = presetRange("90", question.value.tz, Date.now());
  return (
    <div class="card">
      <div class="empty" role="status">
        <h2>{say.emptyTitle}</h2>
        <p>{known.complete_ts === null ? say.noneYet : say.emptyBody}</p>
        <button type="button" class="button" onClick={() => ask({ ...wider, queue: "", agent: "", tag: "" })}>{say.emptyAction}</button>
      </div>
    </div>
  );
}

function Failed() {
  const say = words.value;
  return (
    <div class="card">
      <div class="empty" role="alert">
        <h2>{say.failed}</h2>
        <p>{say.failedWhy[failure.value!]}</p>
        <button type="button" class="button button-primary" onClick={() => void load()}>
          <RefreshIcon />
          {say.retry}
        </button>
      </div>
    </div>
  );
}

function Skeleton() {
  return (
    <div role="status" aria-label={words.value.loading}>
      <div class="numbers" aria-hidden="true">{[1, 2, 3, 4, 5, 6, 7, 8].map((n) => <span key={n} class="bone figure-bone" />)}</div>
      <div class="charts" aria-hidden="true">{[1, 2].map((n) => <span key={n} class="bone card-bone" />)}</div>
    </div>
  );
}

/** Links, not buttons: the browser saves the file, and says how far it is. */
function Csv() {
  const say = words.value;
  return (
    <details class="csv">
      <summary class="button">
        <DownloadIcon />
        {say.csv}
      </summary>
      <ul class="csv-list">
        {(Object.keys(say.csvOf) as (keyof typeof say.csvOf)[]).map((group) => (
          <li key={group}><a class="menu-item" href={csvAddress(group)} download>{say.csvOf[group]}</a></li>
        ))}
      </ul>
    </details>
  );
}
