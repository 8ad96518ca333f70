"""sweep_idle: closes what is idle, and never what somebody just wrote into."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from agents.assignments import take_conversation
from agents.authors import author_of
from agents.models import Agent, Assignment
from chat.access import get_conversation
from chat.authors import SYSTEM
from chat.conversations import close_conversation, open_conversation
from chat.left_messages import Contact, leave_message
from chat.marks import set_priority, snooze_conversation, wake_conversation
from chat.message_log import lock_conversation
from chat.messages import MessageDraft
from chat.models import Conversation
from history.sweeps import due_for_closing, sweep_idle
from tenants.context import in_tenant
from tenants.ids import new_id
from tests.history.desk import NOW, Desk, pages
from tests.plans import indexes, plans_of, through_indexes
from tests.plans import pages as plan_pages
from tests.threads import until_somebody_waits

DAY = timedelta(minutes=1440)  # the brand's default


def test_closes_what_was_idle_for_the_brands_time(desk: Desk) -> None:
    idle = desk.answered(at=NOW - DAY)
    fresh = desk.answered(at=NOW - DAY + timedelta(seconds=1))

    assert sweep_idle(NOW) == 1

    closed = get_conversation(idle.pk)
    assert (closed.status, closed.close_reason, closed.closed_at) == ("closed", "idle", NOW)
    last = pages(idle)[-1]
    assert last["type"] == "conversation.closed"
    assert last["data"] == {"reason": "idle", "by": {"kind": "system", "id": None, "name": ""}}
    assert get_conversation(fresh.pk).is_open
    assert sweep_idle(NOW) == 0


def test_zero_minutes_means_never(desk: Desk) -> None:
    conversation = desk.answered(at=NOW - timedelta(days=900))
    desk.tenant.idle_close_minutes = 0
    try:
        assert sweep_idle(NOW) == 0
    finally:
        desk.tenant.idle_close_minutes = 1440
    assert get_conversation(conversation.pk).is_open


def test_a_question_of_friday_evening_waits_for_monday(desk: Desk, alice: Agent) -> None:
    """Whoever waits for the team is never closed as idle: nobody has taken it, or nobody who took it has answered."""
    lies, taken = desk.conversation(at=NOW - 90 * DAY), desk.conversation(at=NOW - 90 * DAY)
    take_conversation(taken.pk, agent=alice, now=NOW - 80 * DAY)
    assert sweep_idle(NOW) == 0
    # Nor between the search and the lock.
    closed = close_conversation(lies.pk, by=SYSTEM, reason="idle", now=NOW, unless_active_after=NOW - DAY)
    assert closed.is_open

    desk.answer(lies, NOW)
    assert sweep_idle(NOW + DAY - timedelta(seconds=1)) == 0
    assert sweep_idle(NOW + DAY) == 1
    assert not get_conversation(lies.pk).is_open


def test_a_left_message_waits_for_its_answer(desk: Desk) -> None:
    draft = MessageDraft(new_id(), "text", "Where is my order?")
    posted = leave_message(
        desk.visitor(), contact=Contact("vera@example.com"), widget=None, draft=draft, now=NOW - 3 * DAY
    )
    left = get_conversation(posted.message.conversation_id)
    assert sweep_idle(NOW) == 0
    desk.answer(left, NOW)
    assert sweep_idle(NOW + DAY) == 1


def test_what_a_program_says_is_not_the_teams_answer(desk: Desk) -> None:
    conversation = desk.conversation(at=NOW - 3 * DAY)
    desk.answer(conversation, NOW - 2 * DAY, "We got your message.", kind="bot")
    assert sweep_idle(NOW) == 0


def test_a_conversation_in_which_nothing_was_asked_falls_idle(desk: Desk) -> None:
    opened = open_conversation(desk.visitor(), now=NOW - DAY)
    assert sweep_idle(NOW) == 1
    assert get_conversation(opened.pk).close_reason == "idle"


def test_what_nobody_ever_answers_costs_the_sweep_nothing(desk: Desk) -> None:
    for _number in range(300):
        desk.conversation(at=NOW - 9 * DAY, texts=1)
    with through_indexes():
        (plan,) = plans_of(lambda: sweep_idle(NOW))
    assert indexes(plan) == {"may_fall_idle"}
    assert plan_pages(plan) < 10  # the rows lie on some thirty


def test_putting_it_in_order_is_no_activity(desk: Desk, alice: Agent) -> None:
    conversation = desk.answered(at=NOW - DAY)
    set_priority(conversation.pk, 4, by=author_of(alice), now=NOW - timedelta(minutes=1))
    assert sweep_idle(NOW) == 1


def test_what_sleeps_is_not_idle_until_it_wakes(desk: Desk, alice: Agent) -> None:
    conversation = desk.answered(at=NOW - DAY)
    snooze_conversation(conversation.pk, NOW + DAY, by=author_of(alice), now=NOW - timedelta(minutes=1))
    assert sweep_idle(NOW) == 0
    # Nor is one that is put to sleep between the search and the lock.
    closed = close_conversation(conversation.pk, by=SYSTEM, reason="idle", now=NOW, unless_active_after=NOW - DAY)
    assert closed.is_open
    wake_conversation(conversation.pk, by=author_of(alice), reason="agent", now=NOW)
    assert sweep_idle(NOW + DAY - timedelta(seconds=1)) == 0
    assert sweep_idle(NOW + DAY) == 1


def test_ends_the_assignment(desk: Desk, alice: Agent) -> None:
    conversation = desk.answered(at=NOW - 2 * DAY)
    take_conversation(conversation.pk, agent=alice, now=NOW - DAY)

    assert sweep_idle(NOW) == 1
    assignment = Assignment.objects.get(conversation=conversation)
    assert (assignment.ended_at, assignment.ended_reason) == (NOW, "closed")


def test_closes_at_most_limit_oldest_first(desk: Desk) -> None:
    made = [desk.answered(at=NOW - days * DAY, texts=1) for days in (3, 5, 2, 4)]

    assert sweep_idle(NOW, limit=2) == 2
    assert [get_conversation(one.pk).is_open for one in made] == [True, False, True, False]


def test_a_broken_conversation_stops_no_other(desk: Desk) -> None:
    broken = desk.answered(at=NOW - 3 * DAY)
    whole = desk.answered(at=NOW - 2 * DAY)
    # The row that closing would add is there already.
    Conversation.objects.filter(pk=broken.pk).update(last_seq=1)

    assert sweep_idle(NOW, limit=1) == 1
    assert get_conversation(broken.pk).is_open
    assert not get_conversation(whole.pk).is_open


def test_a_message_that_comes_in_meanwhile_keeps_it_open(desk: Desk) -> None:
    """The sweep has found the conversation and waits for its lock, which the message's transaction holds."""
    conversation = desk.answered(at=NOW - 2 * DAY)
    closed: list[int] = []
    sweep = threading.Thread(target=lambda: closed.append(_in_own_thread(desk, lambda: sweep_idle(NOW))))

    with transaction.atomic():
        lock_conversation(conversation.pk)
        sweep.start()
        until_somebody_waits()
        desk.post(conversation.visitor, "are you there?", NOW)
    sweep.join()

    assert closed == [0]
    fresh = get_conversation(conversation.pk)
    assert fresh.is_open
    assert fresh.last_message_preview == "are you there?"


def test_a_message_that_finds_its_conversation_closed_meanwhile_opens_it_again(desk: Desk) -> None:
    """The other order: the message has found the open conversation and waits for the lock of whoever closes it."""
    conversation = desk.answered(at=NOW - 2 * DAY)
    writer = threading.Thread(
        target=lambda: _in_own_thread(desk, lambda: desk.post(conversation.visitor, "are you there?", NOW))
    )

    with transaction.atomic():
        close_conversation(conversation.pk, by=SYSTEM, reason="idle", now=NOW)
        writer.start()
        until_somebody_waits()
    writer.join()

    assert get_conversation(conversation.pk).is_open
    assert [event["type"] for event in pages(conversation)][-3:] == [
        "conversation.closed",
        "conversation.reopened",
        "message.created",
    ]


def test_sweeps_and_writers_at_once_lose_no_message(desk: Desk) -> None:
    conversations = [desk.answered(at=NOW - 2 * DAY, texts=1) for _number in range(12)]
    start = threading.Barrier(6)

    def write(part: int) -> None:
        for conversation in conversations[part::4]:
            desk.post(conversation.visitor, "late", NOW, into=conversation.pk)

    def sweep(_part: int) -> int:
        return sweep_idle(NOW)

    def run(work: Any, part: int) -> None:
        start.wait()
        _in_own_thread(desk, lambda: work(part))

    threads = [threading.Thread(target=run, args=(work, part)) for work in (write,) for part in range(4)]
    threads += [threading.Thread(target=run, args=(sweep, part)) for part in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for conversation in conversations:
        events = pages(conversation)
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        assert [event["data"]["text"] for event in events if event["type"] == "message.created"][-1] == "late"
        assert get_conversation(conversation.pk).is_open


def test_two_sweeps_close_each_once(desk: Desk) -> None:
    conversations = [desk.answered(at=NOW - 2 * DAY, texts=1) for _number in range(20)]
    counts: list[int] = []
    threads = [
        threading.Thread(target=lambda: counts.append(_in_own_thread(desk, lambda: sweep_idle(NOW))))
        for _one in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for conversation in conversations:
        assert [event["type"] for event in pages(conversation)].count("conversation.closed") == 1
    assert not due_for_closing(NOW - DAY).exists()


@pytest.mark.parametrize("status", ["waiting", "closed"])
def test_unless_active_after_is_looked_at_under_the_lock(desk: Desk, status: str) -> None:
    conversation = desk.answered(at=NOW) if status == "waiting" else desk.closed(days_ago=0)
    result = close_conversation(
        conversation.pk, by=SYSTEM, reason="idle", now=NOW, unless_active_after=NOW - timedelta(minutes=1)
    )
    assert result.status == status
    assert result.close_reason != "idle"


def _in_own_thread(desk: Desk, work: Any) -> Any:
    try:
        with in_tenant(desk.tenant):
            return work()
    finally:
        connection.close()
