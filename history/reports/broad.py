"""Broad sums: of the brand by hour, of queues, agents and tags by week of UTC. What a page without filters is made of.

They are kept by the same differences in the same transaction as the sums by hour. Those of a database that is older
than they are get filled by the sweeps, some weeks at a time: `broad_until` says how far, and is None when all is there.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Min

from history.models import Broad, BroadCount, BroadSpread, HourlyCount, HourlySpread, ReportPosition
from history.models.reports import Counts
from history.reports.parts import Place, hour_of, moment_of

Kind = Broad.Kind
WEEK_HOURS = 7 * 24
# Unix time begins on a Thursday.
MONDAY = 3 * 24
# As much is filled in one transaction, and so many times at most in one sweep.
FILL, FILLS = timedelta(weeks=2), 30
# By kind: where a cell begins, whose it is, and which rows of the sums by hour belong to it.
_WEEK = "date_trunc('week', hour, 'UTC')"
_MADE_OF = {
    Kind.HOUR: ("hour", "NULL::uuid", "tag_id IS NULL"),
    Kind.QUEUE: (_WEEK, "queue_id", "tag_id IS NULL"),
    Kind.AGENT: (_WEEK, "agent_id", "tag_id IS NULL"),
    Kind.TAG: (_WEEK, "tag_id", "tag_id IS NOT NULL"),
}


def broader(place: Place) -> list[tuple[Any, ...]]:
    """The broad cells (kind, start, whose) that an hour's cell belongs to."""
    week = moment_of(week_of(place.hour))
    if place.tag:
        return [(Kind.TAG.value, week, place.tag)]
    return [
        (Kind.HOUR.value, moment_of(place.hour), None),
        (Kind.QUEUE.value, week, place.queue or None),
        (Kind.AGENT.value, week, place.agent or None),
    ]


def week_of(hour: int) -> int:
    """The hour (since 1970) in which the week of this one begins: Monday, 0:00 UTC."""
    return hour - (hour + MONDAY) % WEEK_HOURS


def fill_broad(fills: int = FILLS) -> bool:
    """Go on filling the current brand's broad sums; True when nothing is left to fill. Killed, it has done whole
    stretches; run twice, it finds where it was."""
    return any(_fill_some() for _ in range(fills))


def _fill_some() -> bool:
    with transaction.atomic():
        position = ReportPosition.objects.select_for_update(no_key=True).get(pk=1)
        if position.broad_until is None:
            return True
        left = [model.objects.filter(hour__gte=position.broad_until) for model in (HourlyCount, HourlySpread)]
        first = min((hour for rows in left if (hour := rows.aggregate(at=Min("hour"))["at"])), default=None)
        if first is None:
            ReportPosition.objects.update(broad_until=None)
            return True
        start = moment_of(week_of(hour_of(first)))
        end = start + FILL
        _copy(start, end)
        ReportPosition.objects.update(broad_until=end)
        return False


def _copy(start: datetime, end: datetime) -> None:
    counts = [field.name for field in Counts._meta.local_fields]
    with connection.cursor() as cursor:
        for kind in _MADE_OF:
            cursor.execute(_copy_sql(kind, HourlyCount, BroadCount, "", counts), [start, end])
            more = "measure, time, bucket, "
            cursor.execute(_copy_sql(kind, HourlySpread, BroadSpread, more, ["count", "total"]), [start, end])


def _copy_sql(kind: Kind, source: Any, target: Any, more: str, sums: list[str]) -> str:
    begins, owner, which = _MADE_OF[kind]
    added = ", ".join(f"sum({name})::bigint AS {name}" for name in sums)
    by = ", ".join(str(n + 2) for n in range(2 + more.count(",")))
    return f"""
        INSERT INTO {target._meta.db_table} (kind, start, owner_id, {more}{", ".join(sums)})
        SELECT {kind.value}, {begins}, {owner}, {more}{added} FROM {source._meta.db_table}
        WHERE hour >= %s AND hour < %s AND {which} GROUP BY {by}
    """
