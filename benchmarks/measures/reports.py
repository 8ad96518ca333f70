"""Reports over a million messages: rolling them up, what a sweep and an answer then take."""

import asyncio
import gc
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from benchmarks.past import Cast as Past
from benchmarks.past import fill_past
from benchmarks.plan import Plan, Step
from benchmarks.site import Cast, Variant

MESSAGES_EACH = 10
DAYS = 90
QUEUES, AGENTS, TAGS = 6, 30, 8
ROUNDS = 7
GROUPS = ("day", "weekday_hour", "queue", "agent", "tag")


def reports(_cast: Cast, _variant: Variant, plan: Plan, step: Step) -> dict[str, Any]:
    """In a brand of its own. No web process: what is measured is PostgreSQL and our folding."""
    from tenants.context import in_tenant
    from tenants.provisioning import create_brand

    now = datetime.now(UTC)
    brand = create_brand(slug="past", name="Past", domains=["past.localhost"], now=now)
    with in_tenant(brand):
        began = time.perf_counter()
        messages = fill_past(
            _people(now),
            conversations=plan.messages // MESSAGES_EACH,
            messages=MESSAGES_EACH,
            days=DAYS,
            now=now,
            seed=1,
            step=lambda what: step(f"put in {what}"),
        )
        filled = time.perf_counter() - began
        _analyze()
        return {"messages": messages, "filled_s": round(filled, 1), **_measure(brand, now, step)}


def _measure(brand: Any, now: datetime, step: Step) -> dict[str, Any]:
    from history.models import HourlyCount, HourlySpread
    from history.reports.answer import answer
    from history.reports.question import Question
    from history.reports.sweep import rebuild_reports, sweep_reports

    rebuilt = _timed(lambda: rebuild_reports(now, lambda n: step(f"rolled up {n:,} conversations")))
    _analyze()
    swept = [_timed(lambda: sweep_reports(now)) for _ in range(3)]
    last = now.date()

    def question(days: int, groups: tuple[str, ...] = GROUPS, **more: Any) -> Question:
        first: date = last - timedelta(days=days - 1)
        return Question(first=first, last=last, zone="Europe/Berlin", groups=groups, **more)

    def ask(days: int, **more: Any) -> Callable[[], Any]:
        return lambda: answer(question(days, **more), compare=True)

    step("asking")
    agent = HourlyCount.objects.exclude(agent_id=None).values_list("agent_id", flat=True)[0]
    tag = HourlyCount.objects.exclude(tag_id=None).values_list("tag_id", flat=True)[0]
    by_hour = question(90, ("hour",))
    return {
        "rebuilt_s": round(rebuilt / 1000, 1),
        "idle_sweep_ms": round(statistics.median(swept), 1),
        "sums": HourlyCount.objects.count() + HourlySpread.objects.count(),
        "page_90_ms": _median(ask(90)),
        "page_28_ms": _median(ask(28)),
        "page_7_ms": _median(ask(7)),
        "one_agent_90_ms": _median(ask(90, agent=agent)),
        "one_tag_90_ms": _median(ask(90, tag=tag, is_narrow=True)),
        "hours_90_ms": _median(lambda: answer(by_hour, compare=False)),
        "file_90_s": round(_timed(lambda: asyncio.run(_read_file(brand, by_hour))) / 1000, 1),
    }


async def _read_file(brand: Any, question: Any) -> int:
    """The largest file: each hour of each queue and agent."""
    from history.reports.csv_file import HOURS, stream_table

    return sum([len(piece) async for piece in stream_table(brand, question, HOURS)])


def _people(now: datetime) -> Past:
    from agents.accounts import create_agent
    from agents.models import Queue
    from chat.models import Tag

    queues = [Queue.objects.create(name=f"Queue {n}") for n in range(QUEUES)]
    agents = [create_agent(email=f"p{n}@kefu.example", name=f"P{n}", now=now)[0] for n in range(AGENTS)]
    return Past(queues, agents, [Tag.objects.create(name=f"tag {n}").pk for n in range(TAGS)])


def _analyze() -> None:
    """As autovacuum does it within a minute of such a load: without statistics the plans would be others."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _median(call: Callable[[], Any]) -> float:
    return round(statistics.median(_timed(call) for _ in range(ROUNDS)), 1)


def _timed(call: Callable[[], Any]) -> float:
    gc.collect()
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000
