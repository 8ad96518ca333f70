"""What stands around a visitor who waits: the queue's hours and limits, others before them, the brand's wishes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from agents.models import Calendar, Queue
from chat.conversations import open_conversation
from chat.models import Conversation, Visitor, Widget
from tenants.context import in_tenant
from tenants.models import Tenant

QUEUE = ("calendar_id", "max_waiting_count", "max_waiting_seconds", "strategy")


@contextmanager
def changed_queue(tenant: Tenant, **changes: Any) -> Iterator[None]:
    """The brand's queue with other settings, and as before afterwards. Nobody is given anything by routing."""
    with in_tenant(tenant):
        queue = Queue.objects.filter(is_default=True)
        kept = queue.values(*QUEUE).get()
        queue.update(**{"strategy": "manual", **changes})
    try:
        yield
    finally:
        with in_tenant(tenant):
            Queue.objects.filter(is_default=True).update(**kept)
            Calendar.objects.all().delete()


@contextmanager
def closed_queue(tenant: Tenant, now: datetime) -> Iterator[datetime]:
    """The brand's queue opens in three days at 09:00 UTC, which is yielded."""
    opens = (now + timedelta(days=3)).replace(hour=9, minute=0, second=0, microsecond=0)
    with in_tenant(tenant):
        spans = [{"day": opens.weekday(), "start": "09:00", "end": "09:30"}]
        calendar = Calendar.objects.create(name="Rarely", time_zone="UTC", spans=spans)
    with changed_queue(tenant, calendar_id=calendar.pk):
        yield opens


@contextmanager
def wishing(row: Tenant | Widget, tenant: Tenant, **wishes: Any) -> Iterator[None]:
    """The brand or its widget with these settings, and as before afterwards."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    kept = {name: getattr(row, name) for name in wishes}
    with in_tenant(tenant):
        rows.update(**wishes)
    try:
        yield
    finally:
        with in_tenant(tenant):
            rows.update(**kept)


def let_wait(tenant: Tenant, *names: str, now: datetime) -> list[Conversation]:
    """Visitors who wait already, each for a minute longer than the next."""
    waiting = []
    with in_tenant(tenant):
        for minutes, name in zip(range(len(names), 0, -1), names, strict=True):
            row = open_conversation(Visitor.objects.create(name=name), now=now)
            Conversation.objects.filter(pk=row.pk).update(waiting_since=now - timedelta(minutes=minutes))
            waiting.append(row)
    return waiting


def let_be_answered(tenant: Tenant, *seconds: float, now: datetime) -> None:
    """Conversations of an hour ago whose first answer came after so many seconds."""
    begun = now - timedelta(hours=1)
    with in_tenant(tenant):
        for took in seconds:
            visitor = Visitor.objects.create(name="Earlier")
            answered = begun + timedelta(seconds=took)
            Conversation.objects.create(visitor=visitor, status="closed", created_at=begun, first_reply_at=answered)
