// By hour of the day: how much came, how soon it was answered, how busy agents were, and all measures as a table.
import { useEffect, useMemo, useRef } from "preact/hooks";
import { RefreshIcon } from "../../design/icons";
import { eachHour, type Column } from "../figures";
import { hours, hoursFailed, loadHours, lookAtHours, report, words } from "../state";
import type { Row } from "../wire";
import { Chart, type Drawn } from "./Chart";
import { newAndClosed } from "./Charts";
import { written } from "./Tables";
import { seconds } from "./Tiles";

type Found = ReturnType<typeof eachHour>;

export function Hours() {
  const say = words.value;
  const section = useRef<HTMLElement>(null);
  const known = report.value;
  useEffect(() => {
    // A little before it comes into view.
    const watch = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && lookAtHours(), { rootMargin: "300px" });
    watch.observe(section.current!);
    return () => watch.disconnect();
  }, [known]);
  return (
    <section class="hours" ref={section} aria-labelledby="by-hour" aria-busy={hours.value === null && !hoursFailed.value}>
      <h2 id="by-hour">{say.byHour}</h2>
      {hoursFailed.value ? <Failed /> : hours.value ? <Answer rows={hours.value} /> : <Bones />}
    </section>
  );
}

function Answer({ rows }: { rows: readonly Row[] }) {
  const say = words.value;
  const drawn = useMemo(() => {
    const found = eachHour(rows);
    return [volume(found), speed(found), scores(found), load(found)].filter((one) => one !== null);
  }, [rows, say]);
  return (
    <>
      <div class="charts">{drawn.map((one) => <Chart key={one.title} drawn={one} />)}</div>
      <HourTable rows={rows} />
    </>
  );
}

const COLUMNS: readonly Column[] = ["opened", "assigned", "closed", "messages_in", "messages_out", "waited", "first_response", "resolution", "csat", "kept", "busy"];

function HourTable({ rows }: { rows: readonly Row[] }) {
  const say = words.value;
  return (
    <div class="card">
      <div class="scroll-x" tabIndex={0} role="group" aria-label={say.byHour}>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{say.hour}</th>
              {COLUMNS.map((column) => <th key={column} scope="col" class="number">{say.columns[column]}</th>)}
            </tr>
          </thead>
          <tbody>
            {eachHour(rows).map(({ hour, row }) => (
              <tr key={hour}>
                <th scope="row">{hour}</th>
                {COLUMNS.map((column) => <td key={column} class="number">{row ? written(row, column) : "–"}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

const byHour = (found: Found, made: Omit<Drawn, "first" | "labels">): Drawn => ({ ...made, first: words.value.hour, labels: found.map((one) => one.hour) });

function volume(found: Found): Drawn {
  const say = words.value;
  return byHour(found, {
    title: say.volumeByHour,
    describes: say.volumeByHourIs,
    kind: "bar",
    series: newAndClosed(found),
    write: String,
  });
}

function speed(found: Found): Drawn {
  const say = words.value;
  return byHour(found, {
    title: say.speedByHour,
    describes: say.speedByHourIs,
    kind: "line",
    series: [
      { name: say.tiles.waited, tone: "warning", values: found.map(({ row }) => row?.waited.p50 ?? null) },
      { name: say.tiles.first_response, tone: "accent", values: found.map(({ row }) => row?.first_response.p50 ?? null) },
    ],
    write: seconds,
    isDuration: true,
  });
}

function scores(found: Found): Drawn | null {
  const say = words.value;
  if (!found.some(({ row }) => row?.csat.count)) return null;
  return byHour(found, {
    title: say.csatByHour,
    describes: say.csatByHourIs,
    kind: "bar",
    series: [{ name: say.columns.csat, tone: "accent", values: found.map(({ row }) => row?.csat.mean ?? null) }],
    write: (value) => String(Math.round(value * 10) / 10),
  });
}

/** Null with a queue or tag: agents' time cannot be told apart by it. */
function load(found: Found): Drawn | null {
  const say = words.value;
  if (!found.some(({ row }) => row?.load)) return null;
  return byHour(found, {
    title: say.loadByHour,
    describes: say.loadByHourIs,
    kind: "bar",
    series: [{ name: say.columns.busy, tone: "accent", values: found.map(({ row }) => row?.load?.busy_seconds ?? 0) }],
    write: seconds,
    isDuration: true,
  });
}

function Failed() {
  const say = words.value;
  return (
    <div class="card">
      <div class="empty" role="alert">
        <p>{say.failed}</p>
        <button type="button" class="button" onClick={() => void loadHours()}>
          <RefreshIcon />
          {say.retry}
        </button>
      </div>
    </div>
  );
}

function Bones() {
  return (
    <div role="status" aria-label={words.value.loading}>
      <div class="charts" aria-hidden="true">{[1, 2].map((n) => <span key={n} class="bone card-bone" />)}</div>
    </div>
  );
}
