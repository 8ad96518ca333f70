"""Reports as CSV, made piece by piece. Cells that a spreadsheet would take for a formula are made plain text."""

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from history.reports.answer import names_of, table
from history.reports.hours import hours_of_load, hours_of_sums
from history.reports.question import Question
from history.reports.rows import NAMES, PROMISES
from history.reports.sums import COUNTS
from tenants.context import run_in_tenant
from tenants.models import Tenant
from tenants.spreadsheets import BOM, neutral

_PLAIN = [name for name in COUNTS if not name.endswith(("_kept", "_broken"))]
_PROMISED = [f"{kind}_{how}" for kind in PROMISES for how in ("kept", "broken")]
_SPREADS = [f"{name}_{part}" for name in NAMES.values() for part in ("count", "mean", "p50", "p90")]
_RATED = ["csat_count", "csat_mean", "csat_good"]
_MEASURES = [*_PLAIN, *_PROMISED, *_SPREADS, *_RATED]
_LOAD = ["busy_seconds", "held_seconds", "most_at_once"]
# The sums themselves: of all conversations, of those with each tag, and of agents' time, which no queue or tag divides.
HOURS, TAG_HOURS, LOAD_HOURS = "hours", "tag_hours", "load_hours"
UNSUMMED = (HOURS, TAG_HOURS, LOAD_HOURS)


async def stream_table(tenant: Tenant, question: Question, group: str) -> AsyncIterator[str]:
    """One group's table, or one of UNSUMMED, a day at a time."""
    if group == LOAD_HOURS:
        pieces = _stream_days(tenant, question, ["hour", "agent", *_LOAD], _load_hours)
    elif group in UNSUMMED:
        columns = ["hour", "queue", "agent", "tag", *_MEASURES]
        pieces = _stream_days(tenant, question, columns, _tag_hours if group == TAG_HOURS else _hours)
    else:
        pieces = _stream_group(tenant, question, group)
    async for piece in pieces:
        yield piece


async def _stream_group(tenant: Tenant, question: Question, group: str) -> AsyncIterator[str]:
    rows = await run_in_tenant(tenant, table, question, group)
    yield BOM + lines([["key", "name", *_MEASURES, *_LOAD]])
    yield lines([row["key"], row["name"], *_cells(row), *_load_cells(row)] for row in rows)


Rows = list[list[Any]]
Read = Callable[[Question, datetime, datetime, dict[str, dict[str, str]]], Rows]


async def _stream_days(tenant: Tenant, question: Question, columns: list[str], read: Read) -> AsyncIterator[str]:
    yield BOM + lines([columns])
    names = await run_in_tenant(tenant, _names)
    start = question.start
    while start < question.end:
        end = min(start + timedelta(days=1), question.end)
        yield lines(await run_in_tenant(tenant, read, question, start, end, names))
        start = end


def _names() -> dict[str, dict[str, str]]:
    return {group: names_of(group) or {} for group in ("queue", "agent", "tag")}


def _hours(question: Question, start: datetime, end: datetime, names: dict[str, dict[str, str]]) -> Rows:
    """Of all conversations, or of those with the tag that was asked for."""
    return _named(hours_of_sums(question, start, end, by_tag=False), names)


def _tag_hours(question: Question, start: datetime, end: datetime, names: dict[str, dict[str, str]]) -> Rows:
    return _named(hours_of_sums(question, start, end, by_tag=True), names)


def _load_hours(question: Question, start: datetime, end: datetime, names: dict[str, dict[str, str]]) -> Rows:
    agents = names["agent"]
    rows = hours_of_load(question, start, end)
    return [[hour.isoformat(), agents.get(str(agent), str(agent)), *load] for hour, agent, *load in rows]


def _named(cells: Iterable[Any], names: dict[str, dict[str, str]]) -> Rows:
    rows = []
    for (hour, *whose), sums in cells:
        known = [
            names[group].get(str(pk), str(pk or "")) for group, pk in zip(("queue", "agent", "tag"), whose, strict=True)
        ]
        rows.append([hour.isoformat(), *known, *_cells(sums.shown())])
    return rows


def lines(rows: Iterable[Iterable[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([neutral(cell) for cell in row] for row in rows)
    return out.getvalue()


def _cells(row: dict[str, Any]) -> list[Any]:
    promised = [row["sla"][kind][how] for kind in PROMISES for how in ("kept", "broken")]
    spreads = [row[name][part] for name in NAMES.values() for part in ("count", "mean", "p50", "p90")]
    rated = [row["csat"][part] for part in ("count", "mean", "good")]
    return [*(row[name] for name in _PLAIN), *promised, *spreads, *rated]


def _load_cells(row: dict[str, Any]) -> list[Any]:
    load = row["load"] or {}
    return [load.get(name) for name in ("busy_seconds", "held_seconds", "most")]
