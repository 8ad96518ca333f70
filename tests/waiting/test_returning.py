from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from agents.models import Calendar, Queue
from agents.waiting.returning import make_live, sweep_returned
from chat.authors import SYSTEM
from chat.left_messages import Contact, leave_message
from chat.marks import snooze_conversation, sweep_snoozed
from chat.messages import MessageDraft, post_visitor_message
from chat.models import Conversation, Message

MONDAY = datetime(2026, 11, 23, 20, tzinfo=UTC)
MORNING = datetime(2026, 11, 24, 10, tzinfo=UTC)


@pytest.fixture
def left(queue, vera):
    """Vera left a message at 20:00; the office is open from 9 to 17."""
    spans = [{"day": day, "start": "09:00", "end": "17:00"} for day in range(5)]
    Queue.objects.filter(pk=queue.pk).update(calendar=Calendar.objects.create(name="Office", spans=spans))
    contact = Contact("vera@example.test")
    leave_message(vera, contact=contact, widget=None, draft=MessageDraft(uuid4(), text="Call me"), now=MONDAY)
    return Conversation.objects.get()


def write(vera, now):
    post_visitor_message(
        vera, conversation_id=None, widget=None, draft=MessageDraft(uuid4(), text="Are you there?"), now=now
    )


def test_the_message_itself_is_no_return(left):
    assert sweep_returned(MORNING) == 0 and Conversation.objects.get().left_message


def test_who_writes_while_it_is_closed_has_left_that_too(left, vera):
    write(vera, MONDAY + timedelta(hours=1))
    assert sweep_returned(MORNING) == 0


def test_who_writes_while_it_is_open_waits_from_then_on(left, vera):
    write(vera, MORNING)
    assert sweep_returned(MORNING + timedelta(seconds=5)) == 1
    row = Conversation.objects.get()
    assert (row.left_message, row.waiting_since, row.queued_at) == (False, MORNING, MORNING)
    assert row.awaiting_reply_since == MONDAY  # the answer is still owed for the first
    woken = Message.objects.get(event="conversation.woken")
    assert (woken.body["reason"], woken.visibility) == ("visitor", "note")
    assert sweep_returned(MORNING + timedelta(seconds=9)) == 0


def test_what_was_put_to_sleep_since_is_made_live_when_it_wakes(left, vera):
    """Until then the log must not say that it woke: the clocks of its deadlines stand still by what the log says."""
    write(vera, MORNING)
    snooze_conversation(left.pk, MORNING + timedelta(hours=1), by=SYSTEM, now=MORNING + timedelta(seconds=1))
    assert sweep_returned(MORNING + timedelta(seconds=5)) == 0
    assert make_live(left.pk, MORNING + timedelta(seconds=5)) is False
    assert not Message.objects.filter(event="conversation.woken").exists()
    assert sweep_snoozed(MORNING + timedelta(hours=1)) == 1
    assert sweep_returned(MORNING + timedelta(hours=1)) == 1
    row = Conversation.objects.get()
    assert (row.left_message, row.waiting_since, row.snoozed_until) == (False, MORNING, None)


def test_a_message_left_in_hours_because_the_queue_was_long_stays_left(queue, vera):
    contact, draft = Contact("vera@example.test"), MessageDraft(uuid4(), text="Call me")
    leave_message(vera, contact=contact, widget=None, draft=draft, now=MORNING)
    assert sweep_returned(MORNING) == 0
    write(vera, MORNING + timedelta(minutes=5))
    assert sweep_returned(MORNING + timedelta(minutes=6)) == 1
