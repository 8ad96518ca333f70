"""Who stood too long in one queue stands in the next one, without going round in circles."""

from datetime import timedelta

import pytest

from agents.models import Queue
from agents.routing.overflow import due_for_overflow, overflow, read_rules, sweep_overflow
from agents.routing.route import route_waiting
from chat.authors import SYSTEM
from chat.conversations import close_conversation
from chat.events import AGENT, VISITOR
from chat.models import Conversation, Message
from chat.reading import read_events
from tenants.context import in_tenant
from tests.plans import through_indexes
from tests.threads import run_together


@pytest.fixture
def pair(team):
    """Orders overflows to Returns after a minute."""
    returns = team.queue("Returns")
    orders = team.queue("Orders", overflow_queue=returns, overflow_after_seconds=60)
    return orders, returns


def names():
    return {name.split()[0] for name in Conversation.objects.values_list("queue_name", flat=True)}


def test_it_moves_on_and_keeps_its_time(team, pair, now):
    orders, returns = pair
    since = now - timedelta(seconds=60)
    conversation = team.waits(orders, at=since)
    assert sweep_overflow(now - timedelta(seconds=1)) == 0
    assert sweep_overflow(now) == 1
    row = Conversation.objects.get()
    assert (row.queue_id, row.queue_name) == (returns.pk, returns.name)
    assert (row.waiting_since, row.queued_at, row.status) == (since, now, "waiting")
    entry = Message.objects.get(conversation=conversation, seq=2)
    assert (entry.event, entry.author_kind) == ("conversation.transferred", "system")
    seen = read_events(row, audience=AGENT)[-1]["data"]
    assert (seen["reason"], seen["to"]["queue"]["name"]) == ("overflow", returns.name)
    assert "reason" not in read_events(row, audience=VISITOR)[-1]["data"]
    assert sweep_overflow(now + timedelta(hours=1)) == 0


def test_and_is_routed_there(team, pair, now):
    orders, returns = pair
    team.agent("Amy", orders, capacity=0)
    bo = team.agent("Bo", returns)
    team.waits(orders, at=now - timedelta(minutes=2))
    assert route_waiting(now) == 0
    sweep_overflow(now)
    assert route_waiting(now) == 1
    assert Conversation.objects.get().assignee_id == bo.pk


def test_it_does_not_go_round_in_circles(team, pair, now):
    orders, returns = pair
    Queue.objects.filter(pk=returns.pk).update(overflow_queue=orders, overflow_after_seconds=60)
    team.waits(orders, at=now - timedelta(minutes=5))
    moved = [sweep_overflow(now + timedelta(minutes=5 * step)) for step in range(4)]
    assert moved == [1, 0, 0, 0]
    assert names() == {"Returns"}


def test_a_queue_that_overflows_into_itself_is_left_alone(team, now):
    queue = team.queue()
    Queue.objects.filter(pk=queue.pk).update(overflow_queue=queue, overflow_after_seconds=1)
    team.waits(queue, at=now - timedelta(minutes=5))
    assert sweep_overflow(now) == 0


def test_what_is_left_where_it_is(team, pair, now):
    orders, _ = pair
    long_ago = now - timedelta(hours=1)
    team.waits(orders, at=long_ago, left_message=True)
    team.waits(orders, at=long_ago, snoozed_until=now)
    close_conversation(team.waits(orders, at=long_ago).pk, by=SYSTEM, reason="agent", now=now)
    assert sweep_overflow(now) == 0


def test_two_sweeps_at_once_move_once(team, pair, now, acme):
    for _ in range(3):
        team.waits(pair[0], at=now - timedelta(hours=1))

    def run(_number):
        with in_tenant(acme):
            return sweep_overflow(now)

    assert sum(run_together(3, run)) == 3
    assert Message.objects.filter(event="conversation.transferred").count() == 3


def test_a_rule_that_is_gone_by_then(team, pair, now):
    conversation = team.waits(pair[0], at=now - timedelta(hours=1))
    assert not overflow(conversation.pk, rules={}, now=now)


def test_work_is_found_by_an_index(team, pair, now):
    rows = [team.waits(pair[0], at=now) for _ in range(3)]
    assert rows
    with through_indexes():
        plan = due_for_overflow(read_rules(), now).explain()
    assert "Index" in plan
