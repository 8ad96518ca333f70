"""Reports as CSV, made piece by piece. Cells that a spreadsheet would take for a formula are made plain text."""

import csv
import io
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from typing import Any

from history.models import HourlyCount
from history.reports.question import Question
from history.reports.read import names_of, table
from history.reports.rows import NAMES, PROMISES
from history.reports.sums import COUNTS
from tenants.context import run_in_tenant
from tenants.models import Tenant

# Excel takes a file without it for the machine's old encoding.
BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_PLAIN = [name for name in COUNTS if not name.endswith(("_kept", "_broken"))]
_PROMISED = [f"{kind}_{how}" for kind in PROMISES for how in ("kept", "broken")]
_SPREADS = [f"{name}_{part}" for name in NAMES.values() for part in ("count", "mean", "p50", "p90")]
_RATED = ["csat_count", "csat_mean", "csat_good"]
_LOAD = ["busy_seconds", "held_seconds", "most_at_once"]
HOURS = "hours"


async def stream_table(tenant: Tenant, question: Question, group: str) -> AsyncIterator[str]:
    """One group's table, or with HOURS the sums themselves by hour, queue and agent, a day at a time."""
    if group == HOURS:
        async for piece in _stream_hours(tenant, question):
            yield piece
        return
    rows = await run_in_tenant(tenant, table, question, group)
    yield BOM + lines([["key", "name", *_PLAIN, *_PROMISED, *_SPREADS, *_RATED, *_LOAD]])
    yield lines([row["key"], row["name"], *_cells(row)] for row in rows)


async def _stream_hours(tenant: Tenant, question: Question) -> AsyncIterator[str]:
    yield BOM + lines([["hour", "queue", "agent", *COUNTS]])
    queues = await run_in_tenant(tenant, names_of, "queue") or {}
    agents = await run_in_tenant(tenant, names_of, "agent") or {}
    start = question.start
    while start < question.end:
        rows = await run_in_tenant(tenant, _hours_of_a_day, question, start)
        yield lines([hour, queues.get(queue, queue), agents.get(agent, agent), *n] for hour, queue, agent, *n in rows)
        start += timedelta(days=1)


def _hours_of_a_day(question: Question, start: Any) -> list[list[Any]]:
    end = min(start + timedelta(days=1), question.end)
    rows = HourlyCount.objects.filter(hour__gte=start, hour__lt=end, tag_id=question.tag)
    if question.queues is not None:
        rows = rows.filter(queue_id__in=question.queues)
    if question.agent is not None:
        rows = rows.filter(agent_id=question.agent)
    found = rows.order_by("hour", "queue_id", "agent_id").values_list("hour", "queue_id", "agent_id", *COUNTS)
    return [[hour.isoformat(), str(queue or ""), str(agent or ""), *n] for hour, queue, agent, *n in found]


def lines(rows: Iterable[Iterable[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([neutral(cell) for cell in row] for row in rows)
    return out.getvalue()


def neutral(cell: Any) -> Any:
    """Text that a spreadsheet would run begins with an apostrophe, which it shows as text. Numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _cells(row: dict[str, Any]) -> list[Any]:
    promised = [row["sla"][kind][how] for kind in PROMISES for how in ("kept", "broken")]
    spreads = [row[name][part] for name in NAMES.values() for part in ("count", "mean", "p50", "p90")]
    rated = [row["csat"][part] for part in ("count", "mean", "good")]
    load = row["load"] or {}
    held = [load.get(name) for name in ("busy_seconds", "held_seconds", "most")]
    return [*(row[name] for name in _PLAIN), *promised, *spreads, *rated, *held]
