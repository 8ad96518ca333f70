// The charts, each with the same figures as a table behind it.
import { clockDay } from "../days";
import { eachStretch } from "../figures";
import { stretchesOf } from "../question";
import { options, words } from "../state";
import type { Report, Row } from "../wire";
import { Chart, type Drawn } from "./Chart";
import { seconds } from "./Tiles";

const MAX_AGENTS = 15;

export function Charts({ known }: { known: Report }) {
  const drawn = [volume(known), speed(known), scores(known), load(known)];
  return <div class="charts">{drawn.map((one) => one && <Chart key={one.title} drawn={one} />)}</div>;
}

function stretches(known: Report): { label: string; row: Row | null }[] {
  const rows = known.groups.day ?? known.groups.week ?? [];
  return eachStretch(rows, stretchesOf(known)).map(({ day, row }) => ({ label: clockDay(day, options.value.locale), row }));
}

const firstColumn = (known: Report): string => (known.groups.week ? words.value.week : words.value.day);

export function newAndClosed(found: readonly { row: Row | null }[]): Drawn["series"] {
  const say = words.value;
  return [
    { name: say.new, tone: "accent", values: found.map(({ row }) => row?.opened ?? 0) },
    { name: say.closed, tone: "ink-3", values: found.map(({ row }) => row?.closed ?? 0) },
  ];
}

function volume(known: Report): Drawn {
  const say = words.value;
  const found = stretches(known);
  return {
    title: say.volume,
    describes: say.volumeIs,
    first: firstColumn(known),
    labels: found.map((one) => one.label),
    kind: "bar",
    series: newAndClosed(found),
    write: String,
  };
}

function speed(known: Report): Drawn {
  const say = words.value;
  const found = stretches(known);
  return {
    title: say.speed,
    describes: say.speedIs,
    first: firstColumn(known),
    labels: found.map((one) => one.label),
    kind: "line",
    series: [
      { name: say.median, tone: "accent", values: found.map(({ row }) => row?.first_response.p50 ?? null) },
      { name: say.p90Name, tone: "warning", values: found.map(({ row }) => row?.first_response.p90 ?? null) },
    ],
    write: seconds,
    isDuration: true,
  };
}

function scores(known: Report): Drawn | null {
  const say = words.value;
  if (!known.totals.csat.count) return null;
  return {
    title: say.scores,
    describes: say.scoresIs,
    first: say.scores,
    labels: [1, 2, 3, 4, 5].map(say.score),
    kind: "bar",
    series: [{ name: say.count, tone: "accent", values: known.totals.csat.scores }],
    write: String,
  };
}

function load(known: Report): Drawn | null {
  const say = words.value;
  const busy = known.groups.agent.filter((row) => row.load).sort((a, b) => b.load!.busy_seconds - a.load!.busy_seconds);
  if (!busy.length) return null;
  return {
    title: say.load,
    describes: say.loadIs,
    first: say.agent,
    labels: busy.slice(0, MAX_AGENTS).map((row) => row.name ?? say.gone),
    kind: "sideways",
    series: [{ name: say.hours, tone: "accent", values: busy.slice(0, MAX_AGENTS).map((row) => row.load!.busy_seconds) }],
    write: seconds,
    isDuration: true,
  };
}
