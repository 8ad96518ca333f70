from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.utils import timezone

from agents.assignments import (
    AlreadyTaken,
    release_conversation,
    take_conversation,
    take_if_waiting,
    transfer_conversation,
)
from agents.authors import author_of
from agents.models import Assignment, Queue
from chat.conversations import close_conversation, open_conversation, reopen_conversation
from chat.errors import ConversationClosed, Invalid, NotFound
from chat.models import Conversation, Message
from tenants.context import in_tenant
from tests.threads import run_together


@pytest.fixture
def conversation(acme, vera, now):
    with in_tenant(acme):
        return open_conversation(vera, now=now)


def test_taking_assigns_and_records(acme, conversation, alice, now):
    with in_tenant(acme):
        taken = take_conversation(conversation.pk, agent=alice, now=now)
        assert (taken.status, taken.assignee_id, taken.waiting_since) == ("assigned", alice.pk, None)
        assert list(Message.objects.order_by("seq").values_list("event", flat=True)) == [
            "conversation.created",
            "conversation.assigned",
        ]


def test_taking_ones_own_changes_nothing(acme, conversation, alice, now):
    with in_tenant(acme):
        take_conversation(conversation.pk, agent=alice, now=now)
        assert take_conversation(conversation.pk, agent=alice, now=now).last_seq == 2


def test_anothers_cannot_be_taken(acme, conversation, alice, bob, now):
    with in_tenant(acme):
        take_conversation(conversation.pk, agent=alice, now=now)
        with pytest.raises(AlreadyTaken):
            take_conversation(conversation.pk, agent=bob, now=now)
        take_if_waiting(conversation.pk, agent=bob, now=now)
        assert Conversation.objects.get().assignee_id == alice.pk


def test_of_many_at_once_one_wins(acme, conversation, alice, bob):
    def taker(number):
        with in_tenant(acme):
            try:
                return take_conversation(
                    conversation.pk, agent=(alice, bob)[number % 2], now=timezone.now()
                ).assignee_id
            except AlreadyTaken:
                return None

    winners = {winner for winner in run_together(8, taker) if winner}
    with in_tenant(acme):
        assert Assignment.objects.filter(ended_at=None).count() == 1
        assert {Conversation.objects.get().assignee_id} == winners


def test_a_second_open_assignment_is_impossible(acme, conversation, alice, bob, now):
    with in_tenant(acme):
        take_conversation(conversation.pk, agent=alice, now=now)
        with pytest.raises(IntegrityError):
            Assignment.objects.create(conversation=conversation, agent=bob, started_at=now)


def test_releasing_lets_it_wait_again(acme, conversation, alice, bob, now):
    with in_tenant(acme):
        take_conversation(conversation.pk, agent=alice, now=now)
        with pytest.raises(AlreadyTaken):
            release_conversation(conversation.pk, agent=bob, now=now)
        released = release_conversation(conversation.pk, agent=alice, now=now)
        assert (released.status, released.assignee_id) == ("waiting", None)
        assert Assignment.objects.get().ended_reason == "released"


def test_transferring_to_an_agent_and_to_a_queue(acme, conversation, alice, bob, now):
    with in_tenant(acme):
        take_conversation(conversation.pk, agent=alice, now=now)
        moved = transfer_conversation(conversation.pk, by=alice, agent=bob, now=now)
        assert moved.assignee_id == bob.pk
        queue = Queue.objects.create(name=f"Returns {uuid4()}")
        waiting = transfer_conversation(conversation.pk, by=bob, queue=queue, now=now)
        assert (waiting.status, waiting.queue_id) == ("waiting", queue.pk)
        queue.delete()


def test_moved_on_while_it_waits_it_goes_on_waiting(acme, conversation, alice, now):
    later = now + timedelta(minutes=5)
    with in_tenant(acme):
        queue = Queue.objects.create(name=f"Returns {uuid4()}")
        moved = transfer_conversation(conversation.pk, by=alice, queue=queue, now=later)
        assert (moved.waiting_since, moved.queued_at) == (conversation.waiting_since, later)
        take_conversation(conversation.pk, agent=alice, now=later)
        back = transfer_conversation(conversation.pk, by=alice, queue=queue, now=later)
        assert (back.waiting_since, back.queued_at) == (later, later)
        queue.delete()


def test_transferring_needs_exactly_one_target(acme, conversation, alice, now):
    with in_tenant(acme), pytest.raises(Invalid):
        transfer_conversation(conversation.pk, by=alice, now=now)


def test_closing_ends_the_assignment_and_reopening_waits(acme, conversation, alice, now):
    with in_tenant(acme):
        take_conversation(conversation.pk, agent=alice, now=now)
        close_conversation(conversation.pk, by=author_of(alice), reason="agent", now=now)
        assert Assignment.objects.get().ended_reason == "closed"
        with pytest.raises(ConversationClosed):
            take_conversation(conversation.pk, agent=alice, now=now)
        assert reopen_conversation(conversation.pk, by=author_of(alice), now=now).status == "waiting"


def test_a_foreign_conversation_is_a_missing_one(acme, alice, globex_conversation, now):
    for conversation_id in (globex_conversation.pk, uuid4()):
        with in_tenant(acme), pytest.raises(NotFound):
            take_conversation(conversation_id, agent=alice, now=now)
