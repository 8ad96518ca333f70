// Charts by Chart.js, of which only what is used is in the bundle. Colours are the theme's tokens, read anew when it changes.
import { BarController, BarElement, CategoryScale, Chart, LinearScale, LineController, LineElement, Legend, PointElement, Tooltip } from "chart.js";
import type { ChartConfiguration } from "chart.js";
import { niceStep } from "./figures";
import type { Drawn } from "./parts/Chart";

Chart.register(BarController, BarElement, CategoryScale, LinearScale, LineController, LineElement, Legend, PointElement, Tooltip);

/** Beside any brand's accent, "ink-3" stays another colour; green would not. */
export type Tone = "accent" | "ink-3" | "warning";

/** Draws, and again whenever the theme changes; call what it returns to end it. */
export function draw(canvas: HTMLCanvasElement, drawn: Drawn): () => void {
  let chart = new Chart(canvas, configuration(canvas, drawn));
  const again = (): void => {
    chart.destroy();
    chart = new Chart(canvas, configuration(canvas, drawn));
  };
  const root = new MutationObserver(again);
  root.observe(document.documentElement, { attributeFilter: ["data-theme", "style"] });
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", again);
  return () => {
    root.disconnect();
    system.removeEventListener("change", again);
    chart.destroy();
  };
}

/** A token as a colour that a canvas takes: light-dark() is settled by asking an element. */
function colour(canvas: HTMLCanvasElement, token: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--kf-${token})`;
  canvas.parentElement!.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function configuration(canvas: HTMLCanvasElement, drawn: Drawn): ChartConfiguration<"bar" | "line"> {
  const [ink, line] = ["ink-2", "line"].map((token) => colour(canvas, token)) as [string, string];
  const isSideways = drawn.kind === "sideways";
  const font = { family: getComputedStyle(canvas).fontFamily, size: 12 };
  const values = {
    beginAtZero: true,
    grid: { color: line },
    border: { display: false },
    ticks: { color: ink, font, maxTicksLimit: 8, ...(drawn.isDuration ? { stepSize: stepOf(drawn) } : { precision: 0 }), callback: (value: number | string) => drawn.write(Number(value)) },
  };
  const labels = { grid: { display: false }, border: { color: line }, ticks: { color: ink, font, maxRotation: 0, autoSkipPadding: 12, autoSkip: !isSideways } };
  return {
    type: drawn.kind === "line" ? "line" : "bar",
    data: { labels: [...drawn.labels], datasets: drawn.series.map((one) => dataset(one, drawn.kind, colour(canvas, one.tone))) },
    options: {
      indexAxis: isSideways ? "y" : "x",
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false, axis: isSideways ? "y" : "x" },
      scales: isSideways ? { x: values, y: labels } : { x: labels, y: values },
      plugins: {
        legend: { display: drawn.series.length > 1, position: "bottom", labels: { color: ink, font, boxWidth: 12, boxHeight: 12 } },
        tooltip: {
          callbacks: {
            label: ({ dataset: { label }, parsed }) => `${label}: ${drawn.write((isSideways ? parsed.x : parsed.y) ?? 0)}`,
          },
        },
      },
    },
  };
}

const stepOf = (drawn: Drawn): number => niceStep(Math.max(1, ...drawn.series.flatMap((one) => one.values.map((value) => value ?? 0))));

function dataset(one: Drawn["series"][number], kind: Drawn["kind"], tone: string) {
  return {
    label: one.name,
    data: [...one.values],
    backgroundColor: tone,
    borderColor: tone,
    ...(kind === "line"
      ? { borderWidth: 2, pointRadius: 2, pointHoverRadius: 5, pointBorderColor: tone, cubicInterpolationMode: "monotone" as const, spanGaps: true }
      : { borderRadius: 4, maxBarThickness: 28 }),
  };
}
