// One chart on a canvas, named for those who cannot see it, with its figures as a table that anybody can open.
import { useEffect, useRef } from "preact/hooks";
import { draw, type Tone } from "../canvas";
import { words } from "../state";

interface Series {
  name: string;
  tone: Tone;
  values: readonly (number | null)[];
}

export interface Drawn {
  title: string;
  describes: string;
  /** What the labels are: the head of the table's first column. */
  first: string;
  labels: readonly string[];
  kind: "bar" | "line" | "sideways";
  series: readonly Series[];
  write: (value: number) => string;
  /** Values are seconds: lines stand at whole minutes, hours or days. */
  isDuration?: boolean;
}

export function Chart({ drawn }: { drawn: Drawn }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => draw(canvas.current!, drawn), [drawn]);
  return (
    <section class="card chart">
      <h2>{drawn.title}</h2>
      <div class="chart-space">
        <canvas ref={canvas} role="img" aria-label={drawn.describes} />
      </div>
      <Figures drawn={drawn} />
    </section>
  );
}

function Figures({ drawn }: { drawn: Drawn }) {
  return (
    <details class="chart-table">
      <summary>{words.value.showTable}</summary>
      <div class="scroll-both" tabIndex={0} role="group" aria-label={drawn.describes}>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{drawn.first}</th>
              {drawn.series.map((one) => <th key={one.name} scope="col" class="number">{one.name}</th>)}
            </tr>
          </thead>
          <tbody>
            {drawn.labels.map((label, row) => (
              <tr key={`${row} ${label}`}>
                <th scope="row">{label}</th>
                {drawn.series.map((one) => <td key={one.name} class="number">{one.values[row] == null ? "–" : drawn.write(one.values[row])}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
