// Weekdays and hours: a table already, whose cells are tinted by how much there was.
import { weekday } from "../days";
import { options, words } from "../state";
import type { Row } from "../wire";

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

export function HeatMap({ rows }: { rows: readonly Row[] }) {
  const say = words.value;
  const counts = new Map(rows.map((row) => [row.key, row.opened]));
  const most = Math.max(1, ...counts.values());
  return (
    <section class="card">
      <h2>{say.heat}</h2>
      <div class="scroll-x" tabIndex={0} role="group" aria-label={say.heatIs}>
        <table class="heat">
          <caption class="kf-sr">{say.heatIs}</caption>
          <thead>
            <tr>
              <td />
              {HOURS.map((hour) => <th key={hour} scope="col">{hour}</th>)}
            </tr>
          </thead>
          <tbody>
            {[1, 2, 3, 4, 5, 6, 7].map((day) => (
              <tr key={day}>
                <th scope="row">{weekday(day, options.value.locale)}</th>
                {HOURS.map((hour) => <Cell key={hour} day={day} hour={hour} n={counts.get(`${day}-${hour}`) ?? 0} most={most} />)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Cell({ day, hour, n, most }: { day: number; hour: number; n: number; most: number }) {
  const title = words.value.heatCell(weekday(day, options.value.locale), `${hour}:00`, n);
  const level = n ? Math.ceil((n / most) * 5) : 0;
  return <td class={`heat-${level}`} title={title}>{n || <span class="kf-sr">0</span>}</td>;
}
