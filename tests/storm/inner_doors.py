"""Doors that no client sees: the context door from tasks and threads at once, the cache, Celery."""

import asyncio
import json
import random

from redis.asyncio import Redis

from tests.storm.side import Side
from tests.storm.storm import Operation, Storm

SWEEPS = ("history.tasks.sweep_idle", "history.tasks.archive_closed", "agents.tasks.sweep_presence")
REPORT_WITHIN = 60


async def go_through_context_door(storm: Storm, side: Side, dice: random.Random) -> None:
    texts = await storm.probe.ask(side.tenant_id, dice.choice(["async", "thread", "both", "both"]))
    content = json.dumps(texts).encode()
    storm.watch.scan(side.slug, "context door", content)
    storm.watch.has_own(side.slug, "context door", content)


async def use_cache(storm: Storm, side: Side, dice: random.Random) -> None:
    """The same key in every brand."""
    texts = await storm.probe.ask(side.tenant_id, "cache", f"cached {side.canary} {dice.random()}")
    content = json.dumps(texts).encode()
    storm.watch.scan(side.slug, "cache", content)
    storm.watch.has_own(side.slug, "cache", content)


async def start_sweep(storm: Storm, side: Side, dice: random.Random) -> None:
    await asyncio.to_thread(_send_task, dice.choice(SWEEPS), side.tenant_id)


async def start_report(storm: Storm, side: Side, dice: random.Random) -> None:
    """What a task sees that was started for this brand."""
    from django.conf import settings

    number = next(storm.numbers)
    await asyncio.to_thread(_send_task, "tests.storm.tasks.report", side.tenant_id, number)
    async with Redis.from_url(settings.REDIS_URL, socket_timeout=None) as redis:
        found = await redis.blpop([f"storm-report:{number}"], timeout=REPORT_WITHIN)
    if found is None:
        storm.watch.note("wrong", side.slug, "task", f"no report within {REPORT_WITHIN} s")
        return
    storm.watch.scan(side.slug, "task", found[1])
    storm.watch.has_own(side.slug, "task", found[1])


def _send_task(name: str, *arguments: object) -> None:
    from kefu_project.celery import app

    app.send_task(name, args=arguments)


OPERATIONS = [
    Operation("context door", 10, go_through_context_door),
    Operation("cache", 4, use_cache),
    Operation("start a sweep", 1, start_sweep),
    Operation("a task reports", 2, start_report),
]
