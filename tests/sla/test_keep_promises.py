"""Promises in business time: made when somebody asks, kept to the microsecond by the log, broken at their deadline."""

from datetime import timedelta

import pytest

from agents.assignments import transfer_conversation
from agents.models import Queue, SlaTarget
from agents.signals import sla_breached
from agents.sla import keep_promises
from chat.models import Conversation
from tenants.context import in_tenant
from tests.sla.conftest import MONDAY, at, targets
from tests.threads import run_together


def test_without_a_policy_the_queues_clock_runs_in_its_hours(talk, office):
    talk.asks(at(16, 57))
    row = talk.keep(at(16, 58))
    assert row.reply_due_at == at(9, 2, day=1)  # five minutes: three today, two tomorrow
    assert (row.resolve_due_at, targets()) == (None, [])


def test_without_a_calendar_it_is_clock_time(talk):
    talk.asks(at(3))
    assert talk.keep(at(3)).reply_due_at == at(3, 5)


def test_a_first_answer_and_the_resolution_are_promised_and_kept(talk, policy):
    talk.asks(at(16, 30))
    row = talk.keep(at(16, 31))
    assert (row.reply_due_at, row.resolve_due_at) == (at(9, 30, day=1), at(16, 30, day=1))
    talk.answers(at(9, 29, day=1))
    row = talk.keep(at(9, 30, day=1))
    assert (row.reply_due_at, row.resolve_due_at) == (None, at(16, 30, day=1))
    talk.closes(at(16, 29, day=1))
    assert talk.keep(at(16, 29, day=1)).resolve_due_at is None
    assert targets() == [
        ("first", at(16, 30), at(9, 30, day=1), at(9, 29, day=1), None),
        ("resolution", at(16, 30), at(16, 30, day=1), at(16, 29, day=1), None),
    ]
    assert set(SlaTarget.objects.values_list("agent_id", flat=True)) == {talk.alice.pk}


def test_the_next_answer_has_its_own_time(talk, policy):
    talk.asks(at(10))
    talk.answers(at(10, 10))
    talk.asks(at(10, 20))
    talk.asks(at(10, 40))
    assert talk.keep(at(10, 41)).reply_due_at == at(12, 20)
    talk.answers(at(13))
    talk.keep(at(13))
    assert targets("next") == [("next", at(10, 20), at(12, 20), at(13), at(12, 20))]


def test_a_promise_is_broken_at_its_deadline_and_told_once(talk, policy, breaches):
    talk.asks(at(10))
    talk.keep(at(10))
    assert talk.keep(at(10, 59)).reply_due_at == at(11) and breaches == []
    talk.keep(at(11))
    assert talk.keep(at(12)).reply_due_at == at(11)  # the clock stays red
    assert breaches == [("first", at(11))]
    talk.answers(at(12, 30))
    talk.keep(at(12, 30))
    talk.keep(at(12, 31))
    assert targets("first") == [("first", at(10), at(11), at(12, 30), at(11))] and len(breaches) == 1


def test_an_answer_that_is_found_late_was_given_when_it_was_given(talk, policy, breaches):
    talk.asks(at(10))
    talk.keep(at(10))
    talk.answers(at(10, 59))
    talk.keep(at(15))
    assert targets("first") == [("first", at(10), at(11), at(10, 59), None)] and breaches == []


def test_who_is_answered_before_anybody_looked_was_promised_it_too(talk, policy):
    talk.asks(at(10))
    talk.answers(at(10, 1))
    talk.asks(at(10, 2))
    talk.answers(at(10, 3))
    for _again in range(2):
        talk.keep(at(10, 4))
    first, following = ("first", at(10), at(11), at(10, 1), None), ("next", at(10, 2), at(12, 2), at(10, 3), None)
    assert [row for row in targets() if row[0] != "resolution"] == [first, following]


def test_closing_in_time_without_an_answer_neither_keeps_nor_breaks(talk, policy, breaches):
    talk.asks(at(10))
    talk.keep(at(10))
    talk.closes(at(10, 30))
    talk.keep(at(15))
    assert targets("first") == [] and breaches == []


def test_closing_too_late_without_an_answer_breaks(talk, policy, breaches):
    talk.asks(at(10))
    talk.keep(at(10))
    talk.closes(at(11, 30))
    talk.keep(at(15))
    assert targets("first") == [("first", at(10), at(11), None, at(11))] and breaches == [("first", at(11))]


def test_opened_again_it_is_to_be_resolved_again(talk, policy):
    talk.asks(at(10))
    talk.answers(at(10, 5))
    talk.keep(at(10, 5))
    talk.closes(at(11))
    talk.keep(at(11))
    talk.asks(at(12))
    row = talk.keep(at(12))
    assert (row.reply_due_at, row.resolve_due_at) == (at(14), at(12, day=1))
    assert [target[1:4] for target in targets("resolution")] == [
        (at(10), at(10, day=1), at(11)),
        (at(12), at(12, day=1), None),
    ]


def test_while_it_is_snoozed_the_clock_stands_still(talk, policy, breaches):
    talk.asks(at(10))
    talk.answers(at(10, 5))
    talk.keep(at(10, 5))
    talk.snoozes(at(13), at(11))
    assert talk.keep(at(11)).resolve_due_at is None
    talk.keep(at(12, day=3))
    assert breaches == []
    talk.wakes(at(12))
    assert talk.keep(at(12)).resolve_due_at == at(11, day=1)  # an hour later than it was


def test_what_was_broken_before_it_was_snoozed_is_broken(talk, policy, breaches):
    talk.asks(at(10))
    talk.snoozes(at(16), at(11, 30))
    talk.keep(at(12))
    talk.wakes(at(15))
    talk.keep(at(15))
    assert breaches == [("first", at(11))]


def test_the_queues_clock_stands_still_too(talk, queue):
    talk.asks(MONDAY)
    talk.snoozes(at(12), at(10, 2))
    assert talk.keep(at(10, 2)).reply_due_at is None
    talk.wakes(at(12))
    assert talk.keep(at(12)).reply_due_at == at(12, 3)


def test_another_queue_promises_something_else(talk, policy, office, alice):
    talk.asks(at(10))
    talk.keep(at(10))
    plain = Queue.objects.create(name="Plain", answer_seconds=600)
    transfer_conversation(talk.row.pk, by=alice, queue=plain, now=at(10, 1))
    row = talk.keep(at(10, 1))
    assert (row.reply_due_at, row.resolve_due_at, targets()) == (at(10, 10), None, [])
    gold = Queue.objects.get(is_default=True)
    transfer_conversation(talk.row.pk, by=alice, queue=gold, now=at(10, 2))
    assert talk.keep(at(10, 2)).reply_due_at == at(11)


def test_a_message_that_was_left_is_not_hurried_but_a_policy_holds(talk, queue, policy):
    talk.asks(at(20))
    Conversation.objects.update(left_message=True)
    assert talk.keep(at(20)).reply_due_at == at(10, day=1)
    queue.sla = None
    queue.save()
    assert talk.keep(at(20)).reply_due_at is None


def test_a_calendar_without_hours_promises_nothing(talk, policy, office):
    office.spans = []
    office.save()
    talk.asks(at(10))
    row = talk.keep(at(10))
    assert (row.reply_due_at, row.resolve_due_at, targets()) == (None, None, [])


def test_many_who_keep_at_once_do_it_once(acme, talk, policy, breaches):
    talk.asks(at(10))
    row = talk.row

    def keep_it(_number):
        with in_tenant(acme):
            return keep_promises(row.pk, at(12))

    run_together(6, keep_it)
    assert len(breaches) == 1 and len(targets()) == 2
    assert talk.row.reply_due_at == at(11)


def test_a_receiver_that_fails_keeps_nothing_from_going_on(talk, policy):
    def fail(sender, **_):
        raise ValueError("a rule is broken")

    sla_breached.connect(fail)
    try:
        talk.asks(at(10))
        talk.keep(at(12))
    finally:
        sla_breached.disconnect(fail)
    assert targets("first")[0][4] == at(11)


def test_a_missing_and_a_foreign_conversation_change_nothing(queue, globex_conversation, now):
    assert keep_promises(globex_conversation.pk, now) is False


@pytest.mark.parametrize("minutes", [1, 59])
def test_what_is_written_while_it_is_kept_stays(talk, queue, minutes, now):
    """An answer between reading and writing wins: the deadline that it took away does not come back."""
    from agents.sla.keep import _write_deadlines

    talk.asks(MONDAY)
    read = Conversation.objects.select_related("visitor").get(pk=talk.row.pk)
    talk.answers(MONDAY + timedelta(minutes=minutes))
    assert _write_deadlines(read, at(11), None, now) is False and talk.row.reply_due_at is None
