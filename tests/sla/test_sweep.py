import asyncio
from uuid import uuid4

import pytest

from agents.assignments import transfer_conversation
from agents.models import Calendar, Queue, SlaPolicy
from agents.queues import delete_queue
from agents.routing.overflow import sweep_overflow
from agents.sla import sweep as sweeping
from agents.sla import sweep_sla, waking
from agents.sla.rules import read_rules
from agents.sla.sweep import without_deadline
from agents.sla.waking import ASKED, CHANGED, REPLIED, hear, keep_heard
from chat.authors import SYSTEM
from chat.conversations import open_conversation
from chat.models import Conversation, Visitor
from chat.nudges import Grown
from tests.sla.conftest import at, targets


def test_the_sweep_finds_what_no_nudge_told_of(talk, policy, breaches):
    talk.asks(at(10))
    assert sweep_sla(at(10, 1)) == 1
    assert (talk.row.reply_due_at, talk.row.resolve_due_at) == (at(11), at(10, day=1))
    assert sweep_sla(at(10, 2)) == 0
    assert sweep_sla(at(11)) == 1 and breaches == [("first", at(11))]
    assert sweep_sla(at(11, 1)) == 0
    talk.answers(at(12))
    assert sweep_sla(at(12)) == 1 and targets("first")[0][3] == at(12)
    talk.closes(at(13))
    assert sweep_sla(at(13)) == 1 and targets("resolution")[0][3] == at(13)
    assert sweep_sla(at(14)) == 0


def test_without_a_policy_the_sweep_writes_deadlines(talk, queue):
    talk.asks(at(10))
    assert sweep_sla(at(10, 1)) == 1 and talk.row.reply_due_at == at(10, 5)
    assert sweep_sla(at(11)) == 0


def test_a_policy_that_is_made_later_is_found(talk, queue):
    talk.asks(at(10))
    sweep_sla(at(10))
    queue.sla = SlaPolicy.objects.create(name="Later", resolution_minutes=60)
    queue.save()
    assert sweep_sla(at(10, 1)) == 1 and talk.row.resolve_due_at == at(11)


def test_a_left_message_of_which_only_the_resolution_is_promised_is_settled_once(talk, policy):
    SlaPolicy.objects.update(first_minutes=None, next_minutes=None)
    talk.asks(at(10))
    Conversation.objects.update(left_message=True)
    assert sweep_sla(at(10, 1)) == 1 and targets()[0][0] == "resolution"
    assert sweep_sla(at(10, 2)) == 0
    assert not without_deadline(read_rules()).exists()


@pytest.mark.parametrize("how", ["overflow", "transfer"])
def test_what_a_worker_moves_to_another_queue_gets_that_queues_promises(talk, queue, breaches, how):
    """No nudge is heard in a worker, and the old queue's deadline stands there."""
    gold = SlaPolicy.objects.create(name="Gold", first_minutes=2)
    fast = Queue.objects.create(name="Fast", sla=gold)
    talk.asks(at(10))
    sweep_sla(at(10))
    assert talk.row.reply_due_at == at(10, 5)
    if how == "overflow":
        Queue.objects.filter(pk=queue.pk).update(overflow_queue=fast, overflow_after_seconds=60)
        try:
            assert sweep_overflow(at(10, 1)) == 1
        finally:
            Queue.objects.filter(pk=queue.pk).update(overflow_queue=None, overflow_after_seconds=None)
    else:
        transfer_conversation(talk.row.pk, by=SYSTEM, queue=fast, now=at(10, 1))
    sweep_sla(at(10, 1))
    assert talk.row.reply_due_at == at(10, 2)
    sweep_sla(at(10, 2))
    assert breaches == [("first", at(10, 2))]


def test_what_stood_in_a_queue_that_is_deleted_gets_the_default_ones_promises(talk, queue):
    slow = Queue.objects.create(name="Slow", sla=SlaPolicy.objects.create(name="Slow", first_minutes=60))
    talk.asks(at(10))
    transfer_conversation(talk.row.pk, by=SYSTEM, queue=slow, now=at(10))
    sweep_sla(at(10))
    assert talk.row.reply_due_at == at(11)
    delete_queue(slow, at(10, 1))
    sweep_sla(at(10, 1))
    assert talk.row.reply_due_at == at(10, 5)


def test_where_hours_never_come_nothing_is_due(talk, office):
    Calendar.objects.update(spans=[])
    talk.asks(at(10))
    assert sweep_sla(at(10, 1)) == 0


def test_what_is_snoozed_is_left_alone(talk, policy, breaches):
    talk.asks(at(10))
    talk.keep(at(10))
    talk.snoozes(at(16), at(10, 30))
    sweep_sla(at(10, 31))
    sweep_sla(at(15))
    assert breaches == []


def test_one_that_fails_stops_no_other(talk, policy, monkeypatch):
    talk.asks(at(10))
    broken = talk.row.pk
    other = open_conversation(Visitor.objects.create(name="Walter"), now=at(10))
    keep = sweeping.keep_promises

    def keep_but_one(conversation_id, now, rules):
        if conversation_id == broken:
            raise ValueError("broken")
        return keep(conversation_id, now, rules)

    monkeypatch.setattr(sweeping, "keep_promises", keep_but_one)
    assert sweep_sla(at(10, 1)) == 1
    assert Conversation.objects.get(pk=other.pk).resolve_due_at == at(10, day=1)


@pytest.fixture
def kept(monkeypatch):
    """Whose promises were kept, in order."""
    kept = []
    monkeypatch.setattr(waking, "keep_promises", lambda pk, now, rules: kept.append(pk))
    return kept


def test_of_all_messages_few_have_anything_kept(talk, policy, kept):
    talk.asks(at(10))
    row = talk.row
    keep_heard({row.pk: {ASKED}})
    assert kept == [row.pk]
    talk.keep(at(10))
    talk.asks(at(10, 1))
    keep_heard({row.pk: {ASKED}})  # it waits already
    assert kept == [row.pk]
    talk.answers(at(10, 2))
    keep_heard({row.pk: {REPLIED}})
    assert kept == [row.pk] * 2
    talk.keep(at(10, 2))
    keep_heard({row.pk: {REPLIED}})
    assert kept == [row.pk] * 2
    keep_heard({row.pk: {CHANGED}})
    assert kept == [row.pk] * 3


def test_who_is_promised_an_answer_already_costs_nothing(acme):
    plain, promised, closed = (uuid4() for _ in range(3))

    async def hear_all():
        hear(Grown(acme, plain, 1, "message.created", "visitor", is_promised=False))
        hear(Grown(acme, promised, 1, "message.created", "visitor", is_promised=True))
        hear(Grown(acme, closed, 1, "conversation.closed", "agent", is_promised=True))

    asyncio.run(hear_all())
    assert waking._gatherer._items.pop(acme.pk) == {plain: {ASKED}, closed: {CHANGED}}
