"""The sums as they are kept, hour by hour: for files, which are read a day at a time."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from agents.models import Membership
from history.models import HourlyCount, HourlyLoad, HourlySpread
from history.reports.question import TIMES, Question, Time
from history.reports.rows import Spread, Sums
from history.reports.spread import bucket_at
from history.reports.sums import COUNTS


class HourKey(NamedTuple):
    """An hour, and whose; in the order in which a file has them."""

    hour: datetime
    queue: UUID | None
    agent: UUID | None
    tag: UUID | None


_CELL = ("hour", "queue_id", "agent_id", "tag_id")


def hours_of_sums(
    question: Question, start: datetime, end: datetime, *, by_tag: bool
) -> Iterator[tuple[HourKey, Sums]]:
    """What was counted in [start, end): of each hour, queue and agent; `by_tag`: of those with a tag, for each tag.

    Rows with a tag count what rows without one count too: never both in one file. Two queries.
    """
    found: dict[HourKey, Sums] = defaultdict(Sums)
    counts: Any = _cells(HourlyCount.objects.all(), question, start, end, by_tag)
    for hour, queue, agent, tag, *numbers in counts.values_list(*_CELL, *COUNTS):
        found[HourKey(hour, queue, agent, tag)].take_counts(numbers)
    for (cell, measure), buckets in _spreads(question, start, end, by_tag).items():
        found[cell].spreads[measure] = _spread(measure, buckets)
    for cell in sorted(found, key=lambda one: (one.hour, *(str(pk or "") for pk in one[1:]))):
        yield cell, found[cell]


def hours_of_load(question: Question, start: datetime, end: datetime) -> list[tuple[Any, ...]]:
    """(hour, agent, busy seconds, held seconds, most at once): agents' time, which no queue or tag divides."""
    if question.is_narrow:
        return []
    rows = HourlyLoad.objects.filter(hour__gte=start, hour__lt=end)
    if question.agent is not None:
        rows = rows.filter(agent_id=question.agent)
    if question.queues is not None:
        rows = rows.filter(agent_id__in=Membership.objects.filter(queue_id__in=question.queues).values("agent_id"))
    return list(
        rows.order_by("hour", "agent_id").values_list("hour", "agent_id", "busy_seconds", "held_seconds", "most")
    )


Buckets = dict[int, list[int]]


def _spreads(question: Question, start: datetime, end: datetime, by_tag: bool) -> dict[tuple[HourKey, int], Buckets]:
    """By cell and measure: how many and their total, by bucket. Of both clocks the one that was asked for."""
    rows: Any = _cells(HourlySpread.objects.all(), question, start, end, by_tag)
    rows = rows.filter(time__in=(Time.BOTH, TIMES[question.time]))
    found: dict[tuple[HourKey, int], Buckets] = defaultdict(dict)
    for hour, queue, agent, tag, measure, bucket, count, total in rows.values_list(
        *_CELL, "measure", "bucket", "count", "total"
    ):
        sums = found[HourKey(hour, queue, agent, tag), measure].setdefault(bucket, [0, 0])
        sums[0] += count
        sums[1] += total
    return found


def _spread(measure: int, buckets: Buckets) -> Spread:
    counts = {bucket: count for bucket, (count, _total) in buckets.items()}
    scores = {str(bucket): n for bucket, n in counts.items()} if measure == HourlySpread.Measure.RATING else None
    total = sum(total for _count, total in buckets.values())
    return Spread(sum(counts.values()), total, bucket_at(counts, 0.5), bucket_at(counts, 0.9), scores)


def _cells(rows: QuerySet[Any], question: Question, start: datetime, end: datetime, by_tag: bool) -> QuerySet[Any]:
    rows = rows.filter(hour__gte=start, hour__lt=end)
    if question.tag is not None or not by_tag:
        rows = rows.filter(tag_id=question.tag)
    else:
        rows = rows.filter(tag_id__isnull=False)
    if question.queues is not None:
        rows = rows.filter(queue_id__in=question.queues)
    if question.agent is not None:
        rows = rows.filter(agent_id=question.agent)
    return rows
