"""Reading sums: what a page shows is added up by PostgreSQL, in one statement for counts and one for durations.

Without filters the broad sums are read, and those by hour only for what lies before the first and after the last whole
week; with filters those by hour. A group is a select of its own over the same rows; distributions are merged and
their percentiles found in SQL, so that what comes over is what is shown.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection, transaction

from agents.models import Membership
from history.models import Broad, BroadCount, BroadSpread, HourlyCount, HourlyLoad, HourlySpread
from history.reports.broad import WEEK_HOURS, week_of
from history.reports.parts import hour_of, moment_of
from history.reports.question import TIMES, Question, Time
from history.reports.rows import Spread, Sums
from history.reports.sums import COUNTS

TOTAL = "total"
Groups = dict[str, dict[str | None, Sums]]
Values = dict[str, Any]

# Local time of the hour's middle: where midnight lies inside an hour, its second half says which day it is.
_LOCAL = "((hour + interval '30 minutes') AT TIME ZONE %(zone)s)"
# Each hour's local time is made once, not once for each of its rows.
_TIMES = {
    "day": f"to_char({_LOCAL}, 'YYYY-MM-DD')",
    "week": f"to_char(date_trunc('week', {_LOCAL}), 'YYYY-MM-DD')",
    "hour": f"extract(hour FROM {_LOCAL})::int::text",
    "weekday_hour": f"extract(isodow FROM {_LOCAL})::int || '-' || extract(hour FROM {_LOCAL})::int",
}
_CLOCK = "clock AS MATERIALIZED (SELECT hour, {keys} FROM generate_series({first}, {end}, interval '1 hour') AS hour)"
_OWNERS = {"queue": "queue_id", "agent": "agent_id", "tag": "tag_id"}
_KINDS = {TOTAL: Broad.Kind.QUEUE, "queue": Broad.Kind.QUEUE, "agent": Broad.Kind.AGENT, "tag": Broad.Kind.TAG}
# The nearest rank, as spread.quantile() has it. Of ratings, how often each score was given.
_RANKED = """
    ranked AS (
        SELECT *, sum(count) OVER w AS running, sum(count) OVER (PARTITION BY grouped, key, measure) AS whole
        FROM merged WINDOW w AS (PARTITION BY grouped, key, measure ORDER BY bucket)
    )
    SELECT grouped, key, measure, max(whole)::bigint, sum(total)::bigint,
        min(bucket) FILTER (WHERE whole > 0 AND running >= greatest(1, ceil(0.5::float8 * whole))),
        min(bucket) FILTER (WHERE whole > 0 AND running >= greatest(1, ceil(0.9::float8 * whole))),
        jsonb_object_agg(bucket, count) FILTER (WHERE measure = %(rating)s)
    FROM ranked GROUP BY 1, 2, 3
"""


def read_sums(question: Question, groups: Sequence[str], is_filled: bool) -> Groups:
    """Each group's rows by their keys as text; None: nobody's, and the only key of TOTAL. `is_filled`: the broad sums
    hold everything."""
    found: Groups = {group: defaultdict(Sums) for group in groups}
    source = _Source(question, is_filled)
    for group, key, *counts in source.read_counts(groups):
        found[group][key].take_counts(counts)
    # The heat map is of counts alone: nobody reads the 168 histograms that would be most of the answer.
    with_spreads = [group for group in groups if group != "weekday_hour"]
    for group, key, measure, count, total, p50, p90, scores in (
        source.read_spreads(with_spreads) if with_spreads else ()
    ):
        found[group][key].spreads[measure] = Spread(count, total, p50, p90, _as_dict(scores))
    for group in groups:
        _add_load(question, group, found[group])
    return {group: dict(rows) for group, rows in found.items()}


@dataclass(frozen=True, slots=True)
class _Columns:
    """What is read of either kind of sums: tables, what they tell apart, what adds up, and a condition."""

    hourly: str
    broad: str
    parts: Sequence[str]
    sums: Sequence[str]
    when: str = ""

    @property
    def columns(self) -> str:
        return ", ".join([*self.parts, *self.sums])

    @property
    def summed(self) -> str:
        return ", ".join([*self.parts, *(f"sum({name})::bigint AS {name}" for name in self.sums)])

    @property
    def by(self) -> str:
        return ", ".join(["key", *self.parts])


class _Source:
    """Where a question's rows come from."""

    def __init__(self, question: Question, is_filled: bool) -> None:
        self.question = question
        first, last = _whole_weeks(question.start, question.end)
        has_filter = question.queues is not None or question.agent is not None or question.tag is not None
        self.is_broad = is_filled and not has_filter and first < last
        self.values: Values = {
            "start": question.start,
            "end": question.end,
            "first_hour": _first_hour(question.start),
            "first_week": first,
            "last_week": last,
            "zone": question.zone,
            "times": [Time.BOTH.value, TIMES[question.time].value],
            "tag": question.tag,
            "agent": question.agent,
            "queues": list(question.queues or ()),
            "rating": HourlySpread.Measure.RATING.value,
        }

    def read_counts(self, groups: Sequence[str]) -> list[tuple[Any, ...]]:
        """(group, key, counts …)."""
        kind = _Columns(HourlyCount._meta.db_table, BroadCount._meta.db_table, (), COUNTS)
        return _fetch(f"WITH {self._merged(groups, kind)} SELECT * FROM merged", self.values)

    def read_spreads(self, groups: Sequence[str]) -> list[tuple[Any, ...]]:
        """(group, key, measure, how many, total, median's and 90th percentile's bucket, scores as JSON)."""
        tables = HourlySpread._meta.db_table, BroadSpread._meta.db_table
        kind = _Columns(*tables, ("measure", "bucket"), ("count", "total"), "AND time = ANY(%(times)s)")
        return _fetch(f"WITH {self._merged(groups, kind)}, {_RANKED}", self.values)

    def _merged(self, groups: Sequence[str], kind: "_Columns") -> str:
        """The rows of all groups as `merged`, after what they are made of. The total is made of the queues' rows."""
        ctes, selects = self._rows(groups, kind), []
        for group in groups:
            rows = self._rows_of(group, kind)
            if group == TOTAL and "queue" in groups:
                rows = f"SELECT NULL::uuid AS key, {kind.columns} FROM by_queue"
            elif group == "queue":
                ctes.append(f"by_queue AS MATERIALIZED (SELECT key, {kind.summed} FROM ({rows}) x GROUP BY {kind.by})")
                rows = "SELECT * FROM by_queue"
            selects.append((group, rows))
        parts = [
            f"SELECT '{group}' AS grouped, key::text AS key, {kind.summed} FROM ({rows}) x GROUP BY {kind.by}"
            for group, rows in selects
        ]
        return f"{', '.join(ctes)}, merged AS ({' UNION ALL '.join(parts)})"

    def _rows(self, groups: Sequence[str], kind: "_Columns") -> list[str]:
        """What the selects share: local times, and the rows by hour that are read, with a tag and without."""
        times = [group for group in groups if group in _TIMES]
        ctes = []
        if times:
            keys = ", ".join(f"{_TIMES[group]} AS by_{group}" for group in times)
            ctes.append(_CLOCK.format(keys=keys, first="%(first_hour)s", end="%(end)s"))
        hours = "hour >= %(start)s AND hour < %(end)s"
        if self.is_broad:
            hours += " AND (hour < %(first_week)s OR hour >= %(last_week)s)"
        cells = f"AS MATERIALIZED (SELECT * FROM {kind.hourly} WHERE {hours} {kind.when} AND {self._filter()} AND"
        if self.question.tag is not None:
            return [*ctes, f"cells {cells} tag_id = %(tag)s)", "tagged AS (SELECT * FROM cells)"]
        ctes.append(f"cells {cells} tag_id IS NULL)")
        return [*ctes, f"tagged {cells} tag_id IS NOT NULL)"] if "tag" in groups else ctes

    def _filter(self) -> str:
        conditions = ["true"]
        if self.question.queues is not None:
            conditions.append("queue_id = ANY(%(queues)s)")
        if self.question.agent is not None:
            conditions.append("agent_id = %(agent)s")
        return " AND ".join(conditions)

    def _rows_of(self, group: str, kind: "_Columns") -> str:
        if group in _TIMES:
            source = f"SELECT hour, {kind.columns} FROM cells"
            if self.is_broad:
                source = f"SELECT start AS hour, {kind.columns} FROM {kind.broad} WHERE kind = {Broad.Kind.HOUR.value}"
                source += f" {kind.when} AND start >= %(start)s AND start < %(end)s"
            return f"SELECT by_{group} AS key, {kind.columns} FROM ({source}) h JOIN clock USING (hour)"
        key = _OWNERS.get(group, "NULL::uuid")
        cells = f"SELECT {key} AS key, {kind.columns} FROM {'tagged' if group == 'tag' else 'cells'}"
        if not self.is_broad:
            return cells
        owner = "NULL::uuid" if group == TOTAL else "owner_id"
        return f"""{cells} UNION ALL SELECT {owner}, {kind.columns} FROM {kind.broad} WHERE kind = {_KINDS[group].value}
            {kind.when} AND start >= %(first_week)s AND start < %(last_week)s"""


def _add_load(question: Question, group: str, sums: dict[str | None, Sums]) -> None:
    if group not in (TOTAL, "day", "week", "hour", "agent") or question.is_narrow:
        return
    key = {TOTAL: "NULL::text", "agent": "agent_id::text"}.get(group) or _TIMES[group]
    where, values = _where_load(question)
    sql = f"""
        SELECT {key}, sum(busy)::bigint, sum(held)::bigint, max(most) FROM (
            SELECT {"agent_id" if group == "agent" else "hour"}, sum(busy_seconds) AS busy, sum(held_seconds) AS held,
                max(most) AS most
            FROM {HourlyLoad._meta.db_table} WHERE {where} GROUP BY 1
        ) x GROUP BY 1
    """
    for found, busy, held, most in _fetch(sql, values):
        sums[found].load = {"busy_seconds": busy, "held_seconds": held, "most": most}


def _where_load(question: Question) -> tuple[str, Values]:
    conditions = ["hour >= %(start)s", "hour < %(end)s"]
    values: Values = {"start": question.start, "end": question.end, "zone": question.zone, "agent": question.agent}
    if question.agent is not None:
        conditions.append("agent_id = %(agent)s")
    if question.queues is not None:
        conditions.append("agent_id = ANY(%(members)s)")
        members = Membership.objects.filter(queue_id__in=question.queues).values_list("agent_id", flat=True)
        values["members"] = list(members)
    return " AND ".join(conditions), values


def _fetch(sql: str, values: Values) -> list[tuple[Any, ...]]:
    with transaction.atomic(), connection.cursor() as cursor:
        # Where PostgreSQL has LLVM, compiling such a statement takes longer than running it.
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(sql, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _as_dict(scores: str | None) -> dict[str, int] | None:
    """Django's connections leave JSON as text."""
    return None if scores is None else msgspec.json.decode(scores, type=dict[str, int])


def _first_hour(moment: datetime) -> datetime:
    whole = moment.replace(minute=0, second=0, microsecond=0)
    return whole if whole == moment else whole + timedelta(hours=1)


def _whole_weeks(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """From .. to of the weeks that lie whole in a stretch of time; where there are none, not from before to."""
    return moment_of(week_of(hour_of(_first_hour(start)) + WEEK_HOURS - 1)), moment_of(week_of(hour_of(end)))
