// Who had the conversation and why, beside it. Asked anew whenever somebody else has it.
import { useEffect, useState } from "preact/hooks";
import { fetchAssignments } from "../api";
import { now } from "../state/clock";
import type { AssignmentView, Row } from "../wire";
import { locale, words } from "../words";
import { clockTime, shortTime, startOfDay } from "../words/times";
import { Section } from "./details/Section";
import { Reasons } from "./Reasons";

type Load = readonly AssignmentView[] | "loading" | "failed";

export function AssignmentsSection({ row }: { row: Row }) {
  const say = words.value;
  const [load, setLoad] = useState<Load>("loading");
  const holder = row.agent?.id ?? row.status;
  useEffect(() => {
    let isOver = false;
    fetchAssignments(row.id).then(
      ({ assignments }) => isOver || setLoad(assignments),
      () => isOver || setLoad("failed"),
    );
    return () => {
      isOver = true;
    };
  }, [row.id, holder]);
  if (load === "loading") return null;
  return (
    <Section name="assignments" title={say.assignments}>
      {load === "failed" ? (
        <p class="quiet" role="status">{say.assignmentsFailed}</p>
      ) : load.length ? (
        <ol class="assignment-list">
          {load.map((one, index) => (
            <li key={one.id}>
              <details open={index === 0 && one.ended_ts === null && one.reasons.by === "routing"}>
                <summary>
                  <bdi>{one.agent.name}</bdi>
                  <span class="quiet">{times(one)}</span>
                </summary>
                <Reasons reasons={one.reasons} />
                {one.ended_reason && <p class="quiet">{say.endedReason[one.ended_reason] ?? one.ended_reason}</p>}
              </details>
            </li>
          ))}
        </ol>
      ) : (
        <p class="quiet">{say.noAssignments}</p>
      )}
    </Section>
  );
}

function times(one: AssignmentView): string {
  const say = words.value;
  const shown = (ts: number): string =>
    startOfDay(ts) === startOfDay(now.value) ? clockTime(ts, locale.value) : shortTime(ts, now.value, locale.value);
  return one.ended_ts === null ? say.assignedSince(shown(one.started_ts)) : say.assignedFrom(shown(one.started_ts), shown(one.ended_ts));
}
