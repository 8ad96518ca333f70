// Shapes of GET agent/reports (docs/reports.md).
export interface Spread {
  count: number;
  mean: number | null;
  p50: number | null;
  p90: number | null;
}

export interface Sums {
  opened: number;
  closed: number;
  reopened: number;
  assigned: number;
  unanswered: number;
  left_messages: number;
  messages_in: number;
  messages_out: number;
  sla: Record<"first" | "next" | "resolution", { kept: number; broken: number }>;
  waited: Spread;
  first_response: Spread;
  resolution: Spread;
  csat: { count: number; mean: number | null; good: number | null; scores: number[] };
  load: { busy_seconds: number; held_seconds: number; most: number } | null;
}

export interface Row extends Sums {
  key: string | null;
  name: string | null;
}

type Group = "weekday_hour" | "queue" | "agent" | "tag";
export const GROUPS: readonly Group[] = ["weekday_hour", "queue", "agent", "tag"];

export interface Report {
  from: string;
  to: string;
  tz: string;
  time: "clock" | "business";
  complete_ts: number | null;
  error: number;
  totals: Sums;
  previous: Sums | null;
  /** Of days and weeks the one that was asked for. */
  groups: Record<Group, Row[]> & { day?: Row[]; week?: Row[] };
}
