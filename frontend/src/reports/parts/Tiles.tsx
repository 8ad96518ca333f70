// The figures of the whole, each with how it was in the days before.
import { duration } from "../../console/words/durations";
import { changeOf, keptShare, type Change } from "../figures";
import { options, words } from "../state";
import type { Report, Spread, Sums } from "../wire";

interface Tile {
  name: string;
  value: string;
  aside: string;
  change: Change | null;
}

export const percent = (share: number | null): string => (share === null ? "–" : words.value.percent(String(Math.round(share * 100))));
export const seconds = (value: number | null): string => (value === null ? "–" : duration(value, options.value.locale));

/** Never broken over two lines. */
const whole = (text: string): string => text.replaceAll(" ", "\u00a0");

export function Tiles({ known }: { known: Report }) {
  return (
    <dl class="numbers tiles">
      {tilesOf(known.totals, known.previous).map((tile) => (
        <div key={tile.name} class="figure">
          <dt>{tile.name}</dt>
          <dd>
            {tile.value}
            {tile.change && <Delta change={tile.change} />}
            <small class="figure-aside">{tile.aside}</small>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function tilesOf(now: Sums, before: Sums | null): Tile[] {
  const say = words.value;
  const spread = (name: "first_response" | "waited" | "resolution"): Tile => {
    const one: Spread = now[name];
    const aside = one.p50 === null ? "" : `${say.median} · ${say.p90(whole(seconds(one.p90)))}`;
    return { name: say.tiles[name], value: seconds(one.p50), aside, change: changeOf(one.p50, before?.[name].p50 ?? null, "less") };
  };
  const settled = Object.values(now.sla).reduce((sum, one) => sum + one.kept + one.broken, 0);
  const kept = Object.values(now.sla).reduce((sum, one) => sum + one.kept, 0);
  const messages = (sums: Sums | null): number | null => (sums ? sums.messages_in + sums.messages_out : null);
  const { csat } = now;
  return [
    { name: say.tiles.opened, value: String(now.opened), aside: [now.reopened && say.reopened(now.reopened), now.left_messages && say.left(now.left_messages)].filter(Boolean).join(" · "), change: changeOf(now.opened, before?.opened ?? null, "neither") },
    { name: say.tiles.closed, value: String(now.closed), aside: now.unanswered ? say.unanswered(now.unanswered) : "", change: changeOf(now.closed, before?.closed ?? null, "neither") },
    spread("waited"),
    spread("first_response"),
    spread("resolution"),
    { name: say.tiles.csat, value: csat.mean === null ? "–" : `${csat.mean.toFixed(1)} / 5`, aside: csat.count ? `${percent(csat.good)} · ${say.ratings(csat.count)}` : "", change: changeOf(csat.mean, before?.csat.mean ?? null, "more") },
    { name: say.tiles.kept, value: percent(keptShare(now.sla)), aside: settled ? say.settled(kept, settled) : "", change: before && changeOf(keptShare(now.sla), keptShare(before.sla), "more") },
    { name: say.tiles.messages, value: String(now.messages_in + now.messages_out), aside: say.inOut(now.messages_in, now.messages_out), change: changeOf(messages(now), messages(before), "neither") },
  ];
}

function Delta({ change }: { change: Change }) {
  const say = words.value;
  if (!Number.isFinite(change.percent)) return null; // nothing before to compare with
  const text = say.percent(`${change.percent > 0 ? "+" : ""}${change.percent}`);
  return <span class={`delta delta-${change.kind}`} title={say.changed(text)}>{text}</span>;
}
