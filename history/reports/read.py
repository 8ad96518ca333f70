"""Answering: sums of sums, grouped in PostgreSQL, folded into rows here (docs/reports.md)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from agents.models import Agent, Membership, Queue
from chat.events import milliseconds
from chat.models import Tag
from history.models import HourlyCount, HourlyLoad, HourlySpread, ReportPosition
from history.reports.question import TIMES, Question, Time
from history.reports.spread import ERROR, quantile
from history.reports.sums import COUNTS

Measure = HourlySpread.Measure
NAMES = {Measure.WAITED: "waited", Measure.FIRST_RESPONSE: "first_response", Measure.RESOLUTION: "resolution"}
GOOD_SCORE = 4  # of 5: what counts as satisfied
PROMISES = ("first", "next", "resolution")

_LOCAL = "((hour + interval '30 minutes') AT TIME ZONE %(zone)s)"
# What a row of each group stands for, as text.
_KEYS = {
    "": "''",
    "day": f"{_LOCAL}::date::text",
    "week": f"date_trunc('week', {_LOCAL})::date::text",
    "hour": f"extract(hour FROM {_LOCAL})::int::text",
    "weekday_hour": f"extract(isodow FROM {_LOCAL})::int::text || '-' || extract(hour FROM {_LOCAL})::int::text",
    "queue": "queue_id::text",
    "agent": "agent_id::text",
    "tag": "tag_id::text",
}
_LOAD_GROUPS = ("", "day", "week", "hour", "weekday_hour", "agent")


@dataclass
class Sums:
    """What one row of a report is made of."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    buckets: dict[int, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    totals: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    load: dict[str, int] | None = None

    def shown(self) -> dict[str, Any]:
        promised = {
            kind: {"kept": self.counts[f"{kind}_kept"], "broken": self.counts[f"{kind}_broken"]} for kind in PROMISES
        }
        plain = {name: n for name, n in self.counts.items() if not name.endswith(("_kept", "_broken"))}
        spreads = {name: self._spread(measure) for measure, name in NAMES.items()}
        return {**plain, "sla": promised, **spreads, "csat": self._csat(), "load": self.load}

    def _spread(self, measure: int) -> dict[str, Any]:
        buckets = self.buckets[measure]
        count = sum(buckets.values())
        return {
            "count": count,
            "mean": round(self.totals[measure] / count, 1) if count else None,
            "p50": _rounded(quantile(buckets, 0.5)),
            "p90": _rounded(quantile(buckets, 0.9)),
        }

    def _csat(self) -> dict[str, Any]:
        scores = self.buckets[Measure.RATING]
        count = sum(scores.values())
        good = sum(n for score, n in scores.items() if score >= GOOD_SCORE)
        return {
            "count": count,
            "mean": round(self.totals[Measure.RATING] / count, 2) if count else None,
            "good": round(good / count, 4) if count else None,
            "scores": [scores.get(score, 0) for score in range(1, 6)],
        }


def answer(question: Question, *, compare: bool = False) -> dict[str, Any]:
    """The whole answer: totals, those of the period before where wanted, and a table for each group."""
    position = ReportPosition.objects.first()
    return {
        "from": question.first.isoformat(),
        "to": question.last.isoformat(),
        "tz": question.zone,
        "time": question.time,
        "complete_ts": milliseconds(position.complete_at) if position else None,
        "error": ERROR,
        "totals": _total(question),
        "previous": _total(question.before()) if compare else None,
        "groups": {group: table(question, group) for group in question.groups},
    }


def table(question: Question, group: str) -> list[dict[str, Any]]:
    """A row per day, hour, queue, agent or tag that has anything; days and hours in order, the rest by name."""
    sums = _read(question, group)
    names = names_of(group)
    rows = [
        {"key": key, "name": names.get(key or "") if names is not None else None, **one.shown()}
        for key, one in sums.items()
    ]
    return sorted(rows, key=lambda row: _order(group, row))


def names_of(group: str) -> dict[str, str] | None:
    """Names by id; None where a group's keys have none. What is deleted has none either."""
    if group == "queue":
        return {str(pk): name for pk, name in Queue.objects.values_list("pk", "name")}
    if group == "agent":
        return {str(pk): name for pk, name in Agent.objects.values_list("pk", "display_name")}
    if group == "tag":
        return {str(pk): name for pk, name in Tag.objects.values_list("pk", "name")}
    return None


def _order(group: str, row: dict[str, Any]) -> Any:
    if group in ("hour", "weekday_hour"):
        return [int(part) for part in row["key"].split("-")]
    return (row["key"] is None, row["name"] or "", row["key"] or "")


def _total(question: Question) -> dict[str, Any]:
    return _read(question, "").get("", Sums()).shown()


def _read(question: Question, group: str) -> dict[str | None, Sums]:
    """All sums of the question by the group's keys. A day's keys are there only where something was counted."""
    sums: dict[str | None, Sums] = defaultdict(Sums)
    where, values = _where(question, group)
    key = _KEYS[group]
    added = ", ".join(f"sum({name})::bigint" for name in COUNTS)
    for found, *counts in _rows(f"SELECT {key}, {added} FROM {_table(HourlyCount)} WHERE {where} GROUP BY 1", values):
        sums[found].counts = dict(zip(COUNTS, (n or 0 for n in counts), strict=True))
    spreads = f"""
        SELECT {key}, measure, bucket, sum(count)::bigint, sum(total)::bigint FROM {_table(HourlySpread)}
        WHERE {where} AND time = ANY(%(times)s) GROUP BY 1, 2, 3
    """
    for found, measure, bucket, count, total in _rows(spreads, values):
        sums[found].buckets[measure][bucket] = count
        sums[found].totals[measure] += total
    if group in _LOAD_GROUPS and not question.is_narrow:
        _read_load(question, group, sums)
    return dict(sums)


def _read_load(question: Question, group: str, sums: dict[str | None, Sums]) -> None:
    conditions, values = ["hour >= %(start)s", "hour < %(end)s"], _values(question)
    if question.agent is not None:
        conditions.append("agent_id = %(agent)s")
    if question.queues is not None:
        conditions.append("agent_id = ANY(%(members)s)")
        members = Membership.objects.filter(queue_id__in=question.queues).values_list("agent_id", flat=True)
        values["members"] = list(members)
    sql = f"""
        SELECT {_KEYS[group]}, sum(busy_seconds)::bigint, sum(held_seconds)::bigint, max(most)
        FROM {_table(HourlyLoad)} WHERE {" AND ".join(conditions)} GROUP BY 1
    """
    for found, busy, held, most in _rows(sql, values):
        sums[found].load = {"busy_seconds": busy, "held_seconds": held, "most": most}


def _where(question: Question, group: str) -> tuple[str, dict[str, Any]]:
    conditions = ["hour >= %(start)s", "hour < %(end)s"]
    if question.tag is not None:
        conditions.append("tag_id = %(tag)s")
    else:
        conditions.append("tag_id IS NOT NULL" if group == "tag" else "tag_id IS NULL")
    if question.queues is not None:
        conditions.append("queue_id = ANY(%(queues)s)")
    if question.agent is not None:
        conditions.append("agent_id = %(agent)s")
    return " AND ".join(conditions), _values(question)


def _values(question: Question) -> dict[str, Any]:
    return {
        "start": question.start,
        "end": question.end,
        "zone": question.zone,
        "times": [Time.BOTH.value, TIMES[question.time].value],
        "tag": question.tag,
        "agent": question.agent,
        "queues": list(question.queues or ()),
    }


def _rows(sql: str, values: dict[str, Any]) -> Iterable[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _table(model: type[HourlyCount] | type[HourlySpread] | type[HourlyLoad]) -> str:
    return model._meta.db_table


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
