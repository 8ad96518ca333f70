// The charts, each with the same figures as a table behind it.
import { clockDay } from "../days";
import { eachDay, inWeeks } from "../figures";
import { addDays, daysBetween } from "../question";
import { options, words } from "../state";
import type { Report, Row } from "../wire";
import { Chart, type Drawn } from "./Chart";
import { seconds } from "./Tiles";

const MAX_AGENTS = 15;

export function Charts({ known }: { known: Report }) {
  const drawn = [volume(known), speed(known), scores(known), load(known)];
  return <div class="charts">{drawn.map((one) => one && <Chart key={one.title} drawn={one} />)}</div>;
}

interface Stretch {
  label: string;
  rows: Row[];
}

function stretches(known: Report): { stretches: Stretch[]; byWeek: boolean } {
  const days = eachDay(known.groups.day, known.from, daysBetween(known.from, known.to), addDays);
  const parts = inWeeks(days);
  return {
    byWeek: parts.length < days.length,
    stretches: parts.map((part) => ({
      label: clockDay(part[0]!.day, options.value.locale),
      rows: part.flatMap((one) => one.row ?? []),
    })),
  };
}

const sum = (rows: readonly Row[], of: (row: Row) => number): number => rows.reduce((all, row) => all + of(row), 0);

function volume(known: Report): Drawn {
  const say = words.value;
  const { stretches: found, byWeek } = stretches(known);
  return {
    title: say.volume,
    describes: say.volumeIs,
    first: byWeek ? say.week : say.day,
    labels: found.map((one) => one.label),
    kind: "bar",
    series: [
      { name: say.new, tone: "accent", values: found.map((one) => sum(one.rows, (row) => row.opened)) },
      { name: say.closed, tone: "success", values: found.map((one) => sum(one.rows, (row) => row.closed)) },
    ],
    write: String,
  };
}

/** A week's median cannot be had of its days' medians: the middle day stands for it. */
function speed(known: Report): Drawn {
  const say = words.value;
  const { stretches: found, byWeek } = stretches(known);
  const middle = (rows: readonly Row[], of: (row: Row) => number | null): number | null => {
    const values = rows.map(of).filter((value) => value !== null).sort((a, b) => a - b);
    return values[Math.floor((values.length - 1) / 2)] ?? null;
  };
  return {
    title: say.speed,
    describes: say.speedIs,
    first: byWeek ? say.week : say.day,
    labels: found.map((one) => one.label),
    kind: "line",
    series: [
      { name: say.median, tone: "accent", values: found.map((one) => middle(one.rows, (row) => row.first_response.p50)) },
      { name: "90 %", tone: "warning", values: found.map((one) => middle(one.rows, (row) => row.first_response.p90)) },
    ],
    write: seconds,
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
  };
}
