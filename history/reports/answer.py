"""Answering: one statement adds up counts, one durations (summing.py); here they become rows (docs/reports.md)."""

from typing import Any

from agents.models import Agent, Queue
from chat.events import milliseconds
from chat.models import Tag
from history.models import ReportPosition
from history.reports.question import Question
from history.reports.rows import Sums
from history.reports.spread import ERROR
from history.reports.summing import TOTAL, read_sums


def answer(question: Question, *, compare: bool = False) -> dict[str, Any]:
    """The whole answer: totals, those of the period before where wanted, and a table for each group."""
    position = ReportPosition.objects.first()
    is_filled = _is_filled(position)
    sums = read_sums(question, (TOTAL, *question.groups), is_filled)
    before = read_sums(question.before(), (TOTAL,), is_filled) if compare else None
    return {
        "from": question.first.isoformat(),
        "to": question.last.isoformat(),
        "tz": question.zone,
        "time": question.time,
        "complete_ts": milliseconds(position.complete_at) if position else None,
        "error": ERROR,
        "totals": _total(sums),
        "previous": _total(before) if before is not None else None,
        "groups": {group: _rows(group, sums[group]) for group in question.groups},
    }


def table(question: Question, group: str) -> list[dict[str, Any]]:
    """A row per day, week, hour, queue, agent or tag that has anything; times in order, the rest by name."""
    is_filled = _is_filled(ReportPosition.objects.first())
    return _rows(group, read_sums(question, (group,), is_filled)[group])


def _is_filled(position: ReportPosition | None) -> bool:
    return position is None or position.broad_until is None


def _total(sums: dict[str, dict[str | None, Sums]]) -> dict[str, Any]:
    return sums[TOTAL].get(None, Sums()).shown()


def _rows(group: str, sums: dict[str | None, Sums]) -> list[dict[str, Any]]:
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
