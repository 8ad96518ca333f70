"""Answering: sums of sums, grouped in PostgreSQL, folded into rows here (docs/reports.md)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from agents.models import Agent, Membership, Queue
from chat.events import milliseconds
from chat.models import Tag
from history.models import HourlyCount, HourlyLoad, HourlySpread, ReportPosition
from history.reports.question import HALF, TIMES, Question, Time
from history.reports.spread import ERROR, quantile
from history.reports.sums import COUNTS

Measure = HourlySpread.Measure
NAMES = {Measure.WAITED: "waited", Measure.FIRST_RESPONSE: "first_response", Measure.RESOLUTION: "resolution"}
GOOD_SCORE = 4  # of 5: what counts as satisfied
PROMISES = ("first", "next", "resolution")

# Local time of the hour's middle: where midnight lies inside an hour, its second half says which day it is.
_LOCAL = "((hour + interval '30 minutes') AT TIME ZONE %(zone)s)"
# What a row stands for where PostgreSQL groups by it. Plain values: text for each row would cost more than the sum.
_KEYS = {
    "": "0",
    "day": f"{_LOCAL}::date",
    "week": f"date_trunc('week', {_LOCAL})::date",
    "hour": f"extract(hour FROM {_LOCAL})::int",
    "agent": "agent_id",
    "tag": "tag_id",
}
_TIMES: dict[str, Callable[[datetime], Any]] = {
    "day": lambda local: local.date(),
    "week": lambda local: local.date() - timedelta(days=local.weekday()),
    "hour": lambda local: local.hour,
    "weekday_hour": lambda local: f"{local.isoweekday()}-{local.hour}",
}


@dataclass
class Sums:
    """What one row of a report is made of."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    buckets: dict[int, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    totals: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    load: dict[str, int] | None = None

    def add_counts(self, counts: Iterable[int]) -> None:
        for name, n in zip(COUNTS, counts, strict=True):
            self.counts[name] += n

    def add_bucket(self, measure: int, bucket: int, count: int, total: int) -> None:
        buckets = self.buckets[measure]
        buckets[bucket] = buckets.get(bucket, 0) + count
        self.totals[measure] += total

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
    reading = Reading(question)
    return {
        "from": question.first.isoformat(),
        "to": question.last.isoformat(),
        "tz": question.zone,
        "time": question.time,
        "complete_ts": milliseconds(position.complete_at) if position else None,
        "error": ERROR,
        "totals": reading.total().shown(),
        "previous": Reading(question.before()).total().shown() if compare else None,
        "groups": {group: table(question, group, reading) for group in question.groups},
    }


def table(question: Question, group: str, reading: "Reading | None" = None) -> list[dict[str, Any]]:
    """A row per day, week, hour, queue, agent or tag that has anything; times in order, the rest by name."""
    sums = (reading or Reading(question)).by(group)
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


class Reading:
    """One question's sums. What several groups can be made of is read once: the tables are long, its rows are few."""

    def __init__(self, question: Question) -> None:
        self.question = question

    def total(self) -> Sums:
        total = self._of_people(lambda _queue, _agent: "").get("", Sums())
        whole: dict[str | None, Sums] = {"0": total}
        self._add_load("", whole)
        return total

    def by(self, group: str) -> dict[str | None, Sums]:
        """The group's rows by their keys as text; None: nobody's."""
        if group == "queue":
            return self._of_people(lambda queue, _agent: queue)
        if group == "agent":
            found = self._of_people(lambda _queue, agent: agent)
        elif group == "tag":
            found = self._of_tags()
        else:
            found = self._of_times(group)
        self._add_load(group, found)
        return dict(found)

    def _of_people(self, key: Callable[[str | None, str | None], str | None]) -> dict[str | None, Sums]:
        sums: dict[str | None, Sums] = defaultdict(Sums)
        for queue, agent, *counts in self._people_counts:
            sums[key(_text(queue), _text(agent))].add_counts(counts)
        for queue, agent, *spread in self._people_spreads:
            sums[key(_text(queue), _text(agent))].add_bucket(*spread)
        return sums

    def _of_tags(self) -> dict[str | None, Sums]:
        sums: dict[str | None, Sums] = defaultdict(Sums)
        for tag, *counts in self._counts(("tag_id",), "tag"):
            sums[_text(tag)].add_counts(counts)
        for tag, *spread in self._spreads(("tag_id",), "tag"):
            sums[_text(tag)].add_bucket(*spread)
        return sums

    def _of_times(self, group: str) -> dict[str | None, Sums]:
        """The heat map is of counts alone: nobody reads the 168 histograms that would be most of the answer."""
        sums: dict[str | None, Sums] = defaultdict(Sums)
        zone, key = ZoneInfo(self.question.zone), _TIMES[group]
        for hour, *counts in self._hour_counts:
            sums[_text(key((hour + HALF).astimezone(zone)))].add_counts(counts)
        if group in _KEYS:
            for found, *spread in self._spreads((_KEYS[group],), group):
                sums[_text(found)].add_bucket(*spread)
        return sums

    @cached_property
    def _people_counts(self) -> list[tuple[Any, ...]]:
        return self._counts(("queue_id", "agent_id"), "")

    @cached_property
    def _people_spreads(self) -> list[tuple[Any, ...]]:
        return self._spreads(("queue_id", "agent_id"), "")

    @cached_property
    def _hour_counts(self) -> list[tuple[Any, ...]]:
        return self._counts(("hour",), "")

    def _counts(self, keys: Sequence[str], group: str) -> list[tuple[Any, ...]]:
        where, values = _where(self.question, group)
        added = ", ".join(f"sum({name})::bigint" for name in COUNTS)
        by = ", ".join(str(n + 1) for n in range(len(keys)))
        sql = f"SELECT {', '.join(keys)}, {added} FROM {_table(HourlyCount)} WHERE {where} GROUP BY {by}"
        return _rows(sql, values)

    def _spreads(self, keys: Sequence[str], group: str) -> list[tuple[Any, ...]]:
        where, values = _where(self.question, group)
        by = ", ".join(str(n + 1) for n in range(len(keys) + 2))
        sql = f"""
            SELECT {", ".join(keys)}, measure, bucket, sum(count)::bigint, sum(total)::bigint
            FROM {_table(HourlySpread)} WHERE {where} AND time = ANY(%(times)s) GROUP BY {by}
        """
        return _rows(sql, values)

    def _add_load(self, group: str, sums: dict[str | None, Sums]) -> None:
        if group not in ("", "day", "week", "hour", "agent") or self.question.is_narrow:
            return
        where, values = _where_load(self.question)
        sql = f"""
            SELECT {_KEYS[group]}, sum(busy_seconds)::bigint, sum(held_seconds)::bigint, max(most)
            FROM {_table(HourlyLoad)} WHERE {where} GROUP BY 1
        """
        for found, busy, held, most in _rows(sql, values):
            one = sums.setdefault(_text(found), Sums())
            one.load = {"busy_seconds": busy, "held_seconds": held, "most": most}


def _where_load(question: Question) -> tuple[str, dict[str, Any]]:
    conditions, values = ["hour >= %(start)s", "hour < %(end)s"], _values(question)
    if question.agent is not None:
        conditions.append("agent_id = %(agent)s")
    if question.queues is not None:
        conditions.append("agent_id = ANY(%(members)s)")
        members = Membership.objects.filter(queue_id__in=question.queues).values_list("agent_id", flat=True)
        values["members"] = list(members)
    return " AND ".join(conditions), values


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


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _table(model: type[HourlyCount] | type[HourlySpread] | type[HourlyLoad]) -> str:
    return model._meta.db_table


def _text(key: Any) -> str | None:
    return None if key is None else str(key)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
