"""Counting what changed since the last time, from a position that a sweep leaves behind (docs/reports.md).

One transaction per batch: the position's row is locked, the batch's conversations are told anew, what they put into the
sums before is taken out and what they put in now is added. Whoever is killed anywhere has done whole batches; whoever
counts twice finds nothing to do.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from agents.models import SlaTarget
from chat.models import TOUCHED, Conversation
from history.models import (
    BroadCount,
    BroadSpread,
    CountedConversation,
    HourlyCount,
    HourlyLoad,
    HourlySpread,
    ReportPosition,
)
from history.reports.broad import fill_broad
from history.reports.facts import SETTLED, read_facts
from history.reports.load import count_load
from history.reports.parts import Parts
from history.reports.sums import add_to_sums

BATCH = 500
# By one sweep.
MAX_COUNTED = 20_000
# Rows carry the time at which their change began, and are there when it is committed: the last minutes are read again.
OVERLAP = timedelta(minutes=10)

# A broken promise is written with its deadline as its time, by a sweep that may have stood still for long.
SETTLED_LATE = timedelta(days=3)

Progress = Callable[[int], None]


class Changed(NamedTuple):
    at: datetime
    id: UUID
    seq: int


class Stream(NamedTuple):
    rows: QuerySet[Conversation]
    by: str


class Superseded(Exception):
    """A rebuild began meanwhile: what this sweep knows of the position is of no use any more."""


def sweep_reports(now: datetime, limit: int = MAX_COUNTED, progress: Progress | None = None) -> int:
    """Count the current brand's conversations that changed since the last sweep; returns how many.

    Stops after `limit`; the next sweep goes on there. Any number at once is safe: they wait for each other.
    """
    position = _position()
    fill_broad()
    try:
        _count_promises(position, now)
        counted = _count_changed(position, now, limit, progress)
        if counted < limit:
            _count_hours(position, now)
    except Superseded:
        return 0
    return counted


def rebuild_reports(now: datetime, progress: Progress | None = None) -> int:
    """Forget all sums of the current brand and count everything anew; returns how many conversations.

    Killed in the middle, the sweeps go on where it was.
    """
    with transaction.atomic():
        position = _lock_position()
        for model in (CountedConversation, HourlyCount, HourlySpread, BroadCount, BroadSpread, HourlyLoad):
            model.objects.all().delete()
        ReportPosition.objects.update(
            generation=position.generation + 1,
            counted_until=None,
            settled_until=None,
            load_until=None,
            broad_until=None,
            complete_at=None,
        )
    counted, more = 0, MAX_COUNTED
    while more >= MAX_COUNTED:
        more = sweep_reports(now, progress=_after(counted, progress))
        counted += more
    return counted


def _after(counted: int, progress: Progress | None) -> Progress | None:
    return None if progress is None else lambda more: progress(counted + more)


def _count_changed(position: ReportPosition, now: datetime, limit: int, progress: Progress | None) -> int:
    counted = 0
    for batch in _walk(position.counted_until):
        counted += _count_batch(position, batch, now)
        if progress:
            progress(counted)
        if counted >= limit:
            break
    return counted


def _count_batch(position: ReportPosition, batch: Sequence[Changed], now: datetime) -> int:
    """Count those of the batch that are not counted as they are, and move the position behind it."""
    with transaction.atomic():
        locked = _lock_position(position.generation)
        known = dict(CountedConversation.objects.filter(pk__in=[one.id for one in batch]).values_list("pk", "seq"))
        changed = {one.id for one in batch if known.get(one.id) != one.seq}
        _count_anew(sorted(changed), locked)
        ReportPosition.objects.update(counted_until=min(batch[-1].at, now - OVERLAP))
    return len(changed)


def _count_promises(position: ReportPosition, now: datetime) -> None:
    """Count those anew whose promises were settled since they were counted: that is no row of the log."""
    ids = _newly_settled(position.settled_until - SETTLED_LATE) if position.settled_until else []
    for start in range(0, max(len(ids), 1), BATCH):
        with transaction.atomic():
            locked = _lock_position(position.generation)
            _count_anew(ids[start : start + BATCH], locked)
    ReportPosition.objects.filter(generation=position.generation).update(settled_until=now)


def _newly_settled(since: datetime) -> list[UUID]:
    """Counted conversations with other numbers of settled promises than they were counted with."""
    lately = SlaTarget.objects.filter(Q(met_at__gte=since) | Q(breached_at__gte=since)).values("conversation_id")
    settled = SlaTarget.objects.filter(SETTLED, conversation_id__in=lately).order_by().values_list("conversation_id")
    now = dict(settled.annotate(Count("pk")))
    counted = CountedConversation.objects.filter(pk__in=now).values_list("pk", "settled")
    return sorted(pk for pk, before in counted if now[pk] != before)


def _count_anew(conversation_ids: Sequence[UUID], locked: ReportPosition) -> None:
    if not conversation_ids:
        return
    change = Parts()
    for before in CountedConversation.objects.filter(pk__in=conversation_ids):
        change.add(Parts.unpacked(before.parts), sign=-1)
    facts = read_facts(conversation_ids)
    for fact in facts.values():
        change.add(fact.parts)
    add_to_sums(change, locked.broad_until)
    CountedConversation.objects.bulk_create(
        [
            CountedConversation(pk=pk, seq=fact.seq, settled=fact.settled, parts=fact.parts.packed())
            for pk, fact in facts.items()
        ],
        update_conflicts=True,
        unique_fields=["conversation"],
        update_fields=["seq", "settled", "form", "parts"],
    )


def _count_hours(position: ReportPosition, now: datetime) -> None:
    with transaction.atomic():
        locked = _lock_position(position.generation)
        count_load(locked.load_until, now)
        ReportPosition.objects.update(load_until=now - OVERLAP, complete_at=now)


def _walk(since: datetime | None) -> Iterator[list[Changed]]:
    """Conversations that changed at or after `since`, in order of (when, id); some come twice."""
    last: Changed | None = None
    while batch := sorted(chain(*(_next(stream, since, last) for stream in _streams())))[:BATCH]:
        yield batch
        last = batch[-1]
        since = last.at


def _streams() -> tuple[Stream, ...]:
    """All conversations by the time at which they changed; each stream has an index of its own."""
    closed = Conversation.Status.CLOSED
    return (
        Stream(Conversation.objects.exclude(status=closed), "active_at"),
        Stream(Conversation.objects.filter(status=closed), "active_at"),
        Stream(Conversation.objects.filter(TOUCHED), "touched_at"),
    )


def _next(stream: Stream, since: datetime | None, last: Changed | None) -> list[Changed]:
    rows, by = stream
    if since:
        rows = rows.filter(**{f"{by}__gte": since})
    if last:
        rows = rows.filter(Q(**{f"{by}__gt": last.at}) | Q(**{by: last.at, "pk__gt": last.id}))
    return [Changed(*row) for row in rows.order_by(by, "pk").values_list(by, "pk", "last_seq")[:BATCH]]


def _position() -> ReportPosition:
    return ReportPosition.objects.get_or_create(pk=1)[0]


def _lock_position(generation: int | None = None) -> ReportPosition:
    """Lock the brand's counting until the transaction ends; Superseded when it is not of this generation any more."""
    _position()
    position = ReportPosition.objects.select_for_update(no_key=True).get(pk=1)
    if generation not in (None, position.generation):
        raise Superseded
    return position
