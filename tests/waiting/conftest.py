from datetime import timedelta

import pytest

from agents.models import Agent, Assignment, Calendar, Queue
from chat.conversations import open_conversation
from chat.models import Conversation, Visitor
from tenants.context import in_tenant


@pytest.fixture
def queue(acme):
    """Acme's queue; as before when the test ends. The test is inside acme."""
    names = ("calendar_id", "max_waiting_count", "max_waiting_seconds")
    with in_tenant(acme):
        queue = Queue.objects.get(is_default=True)
        kept = Queue.objects.filter(pk=queue.pk).values(*names).get()
        yield queue
        Queue.objects.filter(pk=queue.pk).update(**kept)
        Queue.objects.exclude(pk=queue.pk).delete()
        Calendar.objects.all().delete()
        Agent.objects.update(is_present=False, capacity=5)


@pytest.fixture
def let_wait(queue, now):
    """`let_wait("Ann", minutes)`: a conversation that waits for so long."""

    def _let_wait(name, minutes=0, **columns):
        row = open_conversation(Visitor.objects.create(name=name), now=now)
        since = now - timedelta(minutes=minutes)
        Conversation.objects.filter(pk=row.pk).update(waiting_since=since, **columns)
        return Conversation.objects.get(pk=row.pk)

    return _let_wait


@pytest.fixture
def went(queue, alice, now):
    """`went(600, 600, 900)`: conversations of Alice's that took so many seconds, lately."""

    def _went(*seconds):
        for number, took in enumerate(seconds):
            visitor = Visitor.objects.create(name="Earlier")
            row = Conversation.objects.create(visitor=visitor, status="closed", queue_id=queue.pk)
            start = now - timedelta(hours=1, minutes=number)
            Assignment.objects.create(
                conversation=row,
                agent=alice,
                queue_id=queue.pk,
                started_at=start,
                ended_at=start + timedelta(seconds=took),
                ended_reason="closed",
            )

    return _went
