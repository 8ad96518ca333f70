from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from agents.assignments import take_conversation
from agents.authors import author_of
from agents.models import Calendar, Queue, SlaPolicy, SlaTarget
from agents.signals import sla_breached
from agents.sla import keep_promises
from chat.authors import SYSTEM
from chat.conversations import close_conversation
from chat.marks import snooze_conversation
from chat.message_log import Draft, append, lock_conversation
from chat.messages import MessageDraft, post_message, post_visitor_message
from chat.models import Conversation
from tenants.context import in_tenant

# A Monday, 10:00; the office is open from 9 to 17.
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)


def at(hour, minute=0, day=0):
    return MONDAY.replace(hour=hour, minute=minute) + timedelta(days=day)


@pytest.fixture
def queue(acme):
    """Acme's queue; as before when the test ends."""
    with in_tenant(acme):
        queue = Queue.objects.get(is_default=True)
        kept = Queue.objects.filter(pk=queue.pk).values("calendar_id", "sla_id", "answer_seconds").get()
        yield queue
        Queue.objects.filter(pk=queue.pk).update(**kept)
        Queue.objects.exclude(pk=queue.pk).delete()
        SlaPolicy.objects.all().delete()
        Calendar.objects.all().delete()


@pytest.fixture
def office(queue):
    spans = [{"day": day, "start": "09:00", "end": "17:00"} for day in range(5)]
    queue.calendar = Calendar.objects.create(name="Office", spans=spans)
    queue.save()
    return queue.calendar


@pytest.fixture
def policy(queue, office):
    """An hour for the first answer, two for the next, a business day for the whole."""
    queue.sla = SlaPolicy.objects.create(
        name="Gold", calendar=office, first_minutes=60, next_minutes=120, resolution_minutes=480
    )
    queue.save()
    return queue.sla


@pytest.fixture
def breaches():
    """What sla_breached told of: (kind, due)."""
    told = []

    def hear(sender, target, now, **_):
        told.append((target.kind, target.due_at))

    sla_breached.connect(hear)
    yield told
    sla_breached.disconnect(hear)


class Talk:
    """Vera and Alice, minute by minute."""

    def __init__(self, vera, alice):
        self.vera, self.alice = vera, alice

    @property
    def row(self):
        return Conversation.objects.order_by("-created_at").first()

    def asks(self, now):
        draft = MessageDraft(uuid4(), text="Where is it?")
        pk = self.row.pk if self.row else None
        return post_visitor_message(self.vera, conversation_id=pk, widget=None, draft=draft, now=now)

    def answers(self, now):
        take_conversation(self.row.pk, agent=self.alice, now=now)
        post_message(self.row.pk, author=author_of(self.alice), draft=MessageDraft(uuid4(), text="Here"), now=now)

    def closes(self, now):
        close_conversation(self.row.pk, by=author_of(self.alice), reason="agent", now=now)

    def snoozes(self, until, now):
        snooze_conversation(self.row.pk, until, by=author_of(self.alice), now=now)

    def wakes(self, now):
        with transaction.atomic():
            conversation = lock_conversation(self.row.pk)
            conversation.snoozed_until = None
            conversation.save(update_fields=["snoozed_until"])
            append(conversation, Draft("conversation.woken", SYSTEM, {}, "note"), now)

    def keep(self, now):
        keep_promises(self.row.pk, now)
        return self.row


@pytest.fixture
def talk(queue, vera, alice):
    return Talk(vera, alice)


def targets(kind=None):
    """(kind, started, due, met, breached) in order of start."""
    rows = SlaTarget.objects.order_by("started_at", "kind")
    rows = rows.filter(kind=kind) if kind else rows
    return list(rows.values_list("kind", "started_at", "due_at", "met_at", "breached_at"))
