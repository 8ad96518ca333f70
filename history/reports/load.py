"""How busy agents were, hour by hour: from assignments, written whole for the hours that may have changed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Min, Q

from agents.models import Assignment
from history.models import HourlyLoad
from history.reports.parts import HOUR, hour_of, moment_of

# As many hours are read and written at once.
WINDOW_HOURS = 24 * 14


class Held(NamedTuple):
    """An agent had a conversation from .. to, in Unix seconds."""

    agent: UUID
    start: float
    end: float


class Hour(NamedTuple):
    busy: int
    held: int
    most: int


def count_load(since: datetime | None, now: datetime) -> None:
    """Write the hours from that of `since` (None: from the first assignment) to that of `now`."""
    if since is None:
        since = Assignment.objects.aggregate(first=Min("started_at"))["first"] or now
    first, last = hour_of(since), hour_of(now)
    for start in range(first, last + 1, WINDOW_HOURS):
        _write_window(start, min(start + WINDOW_HOURS, last + 1), now)


def load_by_hour(assignments: Iterable[Held], first: int, after: int) -> dict[tuple[int, UUID], Hour]:
    """Return the load of each agent's hours in [first, after) that has any."""
    steps: dict[tuple[int, UUID], list[tuple[float, int]]] = defaultdict(list)
    for one in assignments:
        for hour, start, end in _cut(one, first, after):
            steps[hour, one.agent] += [(start, 1), (end, -1)]
    return {key: _sum_up(changes) for key, changes in steps.items()}


def _write_window(first: int, after: int, now: datetime) -> None:
    start, end = moment_of(first), moment_of(after)
    touching = Assignment.objects.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=start), started_at__lt=end)
    rows = touching.values_list("agent_id", "started_at", "ended_at").iterator(chunk_size=5000)
    held = (Held(agent, since.timestamp(), min(until or now, now).timestamp()) for agent, since, until in rows)
    loads = load_by_hour(held, first, after)
    HourlyLoad.objects.filter(hour__gte=start, hour__lt=end).delete()
    HourlyLoad.objects.bulk_create(
        [
            HourlyLoad(hour=moment_of(hour), agent_id=agent, busy_seconds=busy, held_seconds=sum_, most=most)
            for (hour, agent), (busy, sum_, most) in sorted(loads.items(), key=str)
        ],
        batch_size=2000,
    )


def _cut(one: Held, first: int, after: int) -> Iterator[tuple[int, float, float]]:
    """The stretch in pieces of whole hours; what has no length is in no hour."""
    start, end = max(one.start, first * HOUR), min(one.end, after * HOUR)
    while start < end:
        hour = int(start // HOUR)
        cut = min(end, (hour + 1) * HOUR)
        yield hour, start, cut
        start = cut


def _sum_up(changes: list[tuple[float, int]]) -> Hour:
    busy = held = 0.0
    now, most, before = 0, 0, 0.0
    # At the same moment the ends come first: one that follows another is not two at once.
    for at, step in sorted(changes):
        held += now * (at - before)
        busy += (at - before) if now else 0
        now, before = now + step, at
        most = max(most, now)
    return Hour(round(busy), round(held), most)
