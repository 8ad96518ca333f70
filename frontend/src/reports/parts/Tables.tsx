// By agent, queue and tag: any column sorts.
import { useSignal } from "@preact/signals";
import { COLUMNS, keptShare, sortRows, type Column } from "../figures";
import { words } from "../state";
import type { Report, Row } from "../wire";
import { percent, seconds } from "./Tiles";

// Agents' time is no queue's and no tag's (docs/reports.md): their load is what came, was taken and was answered.
const SHOWN: Record<"agent" | "queue" | "tag", readonly Column[]> = {
  agent: ["name", "assigned", "closed", "messages_in", "messages_out", "waited", "first_response", "resolution", "csat", "kept", "busy"],
  queue: ["name", "opened", "assigned", "closed", "messages_in", "messages_out", "waited", "first_response", "resolution", "csat", "kept"],
  tag: ["name", "opened", "assigned", "closed", "messages_in", "messages_out", "waited", "first_response", "resolution", "csat", "kept"],
};

export function Tables({ known }: { known: Report }) {
  const say = words.value;
  const { queue, tag } = known.groups;
  // What nobody has is for the most part what waits: worth a row only where it was closed or answered by a bot.
  const agent = known.groups.agent.filter((row) => row.key !== null || row.closed || row.messages_out);
  return (
    <>
      {agent.length > 0 && <Table title={say.byAgent} rows={agent} columns={SHOWN.agent} none={say.nobody} first="assigned" />}
      {queue.length > 0 && <Table title={say.byQueue} rows={queue} columns={SHOWN.queue} none={say.gone} first="opened" />}
      {tag.length > 0 && <Table title={say.byTag} rows={tag} columns={SHOWN.tag} none={say.gone} first="opened" />}
    </>
  );
}

function Table(props: { title: string; rows: readonly Row[]; columns: readonly Column[]; none: string; first: Column }) {
  const say = words.value;
  const by = useSignal<Column>(props.first);
  const isDown = useSignal(true);
  const sort = (column: Column): void => {
    isDown.value = column === by.peek() ? !isDown.peek() : column !== "name";
    by.value = column;
  };
  return (
    <section class="card">
      <h2>{props.title}</h2>
      <div class="scroll-x" tabIndex={0} role="group" aria-label={props.title}>
        <table class="table">
          <thead>
            <tr>
              {props.columns.map((column) => (
                <th key={column} scope="col" class={column === "name" ? "" : "number"} aria-sort={by.value !== column ? "none" : isDown.value ? "descending" : "ascending"}>
                  <button type="button" class="sort" title={say.sortBy(say.columns[column])} onClick={() => sort(column)}>
                    {say.columns[column]}
                    <span aria-hidden="true">{by.value === column ? (isDown.value ? "↓" : "↑") : ""}</span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sortRows(props.rows, by.value, isDown.value).map((row) => (
              <tr key={row.key ?? ""}>
                {props.columns.map((column) =>
                  column === "name" ? (
                    <th key={column} scope="row">{row.name ?? (row.key ? say.gone : props.none)}</th>
                  ) : (
                    <td key={column} class="number">{written(row, column)}</td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

export function written(row: Row, column: Column): string {
  switch (column) {
    case "waited":
    case "first_response":
    case "resolution":
      return seconds(row[column].p50);
    case "busy":
      return seconds(row.load?.busy_seconds ?? null);
    case "csat":
      return row.csat.mean === null ? "–" : `${row.csat.mean.toFixed(1)} (${row.csat.count})`;
    case "kept":
      return percent(keptShare(row.sla));
    default:
      return String(COLUMNS[column](row) ?? "–");
  }
}
