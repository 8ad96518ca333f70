"""Without a policy the deadlines of many are written at once: the same ones, and ten cost as many statements as two."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.models import Queue
from agents.sla import keep_promises, sweep_sla
from agents.sla.plain import keep_plain
from agents.sla.rules import read_rules
from chat.message_log import lock_conversation
from chat.messages import MessageDraft, post_visitor_message
from chat.models import Conversation, Visitor
from tenants.context import in_tenant
from tests.conftest import empty
from tests.sla.conftest import Talk, at
from tests.threads import run_together

STEPS = st.lists(
    st.tuples(st.sampled_from(["asks", "answers", "snoozes", "wakes", "closes"]), st.integers(1, 400)), max_size=8
)


def ask(count, now):
    """So many visitors ask, each in a conversation of their own."""
    for number in range(count):
        visitor = Visitor.objects.create(name=f"Visitor {number}")
        draft = MessageDraft(uuid4(), text="Where is it?")
        post_visitor_message(visitor, conversation_id=None, widget=None, draft=draft, now=now)
    return list(Conversation.objects.filter(reply_due_at__isnull=True).values_list("pk", flat=True))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_it_writes_what_one_by_one_would(acme, alice, office, steps):
    with in_tenant(acme):
        empty([acme])
        talk, now = Talk(Visitor.objects.create(name="Vera"), alice), at(9)
        talk.asks(now)
        for step, minutes in steps:
            now += timedelta(minutes=minutes)
            if step == "snoozes":
                if talk.row.is_open:
                    talk.snoozes(now + timedelta(days=9), now)
            elif step in ("answers", "closes"):
                if talk.row.is_open:
                    getattr(talk, step)(now)
            elif step == "asks" or talk.row.snoozed_until:
                getattr(talk, step)(now)
        pk = talk.row.pk
        keep_plain([pk], now, read_rules())
        plain = talk.row.reply_due_at
        assert not keep_promises(pk, now)
        Conversation.objects.filter(pk=pk).exclude(status="closed").update(reply_due_at=at(0))
        assert talk.keep(now).reply_due_at == plain


def test_as_many_statements_for_ten_as_for_two(talk, now):
    def statements(count):
        asked = ask(count, now)
        with CaptureQueriesContext(connection) as seen:
            assert keep_plain(asked, now, read_rules()) == set(asked)
        return len(seen)

    assert statements(2) == statements(10)


@pytest.mark.parametrize("keep", [lambda pk, at: keep_plain([pk], at, read_rules()), keep_promises])
def test_who_polls_finds_it_however_long_ago_the_sweep_began(talk, now, keep):
    (asked,), began = ask(1, now - timedelta(hours=1)), timezone.now()
    keep(asked, began - timedelta(minutes=1))
    assert Conversation.objects.get(pk=asked).touched_at >= began


def test_what_somebody_holds_is_left(talk, acme, now):
    first, second = ask(2, now)

    def keep(_number):
        with in_tenant(acme):
            return keep_plain([first, second], now, read_rules())

    with transaction.atomic():
        lock_conversation(first)
        assert run_together(1, keep) == [{second}]
    assert sweep_sla(now) == 1
    assert not Conversation.objects.filter(reply_due_at__isnull=True).exists()


def test_with_a_policy_or_a_target_it_is_left(talk, queue, policy, now):
    asked = ask(1, now)
    assert keep_plain(asked, now, read_rules()) == set()
    sweep_sla(now)
    queue.sla = None
    queue.save()
    assert keep_plain(asked, now, read_rules()) == set()


@pytest.mark.parametrize("keep", [lambda pk, at: keep_plain([pk], at, read_rules()), keep_promises])
@pytest.mark.parametrize("change", ["queue", "snoozed", "left"])
def test_what_changes_between_reading_and_writing_is_left_for_whoever_changed_it(talk, acme, now, keep, change):
    (asked,) = ask(1, now)
    columns = {
        "queue": {"queue_id": Queue.objects.create(name="Returns").pk},
        "snoozed": {"snoozed_until": now + timedelta(days=1)},
        "left": {"left_message": True},
    }[change]

    def change_it(_number):
        with in_tenant(acme):
            Conversation.objects.filter(pk=asked).update(**columns)

    def before_writing(execute, sql, params, many, context):
        if "UPDATE" in sql:
            run_together(1, change_it)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(before_writing):
        keep(asked, now)
    assert Conversation.objects.get(pk=asked).reply_due_at is None
