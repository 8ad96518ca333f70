"""Take-back: whose conversations wait again, when, and what happens at the same moment."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agents.accounts import create_agent
from agents.assignments import AlreadyTaken, take_conversation, transfer_conversation
from agents.models import Agent, Assignment, Membership, Queue
from agents.presence import mark_present, sweep_presence
from agents.take_back import due_for_take_back, read_rules, sweep_take_back, take_back
from chat.authors import SYSTEM
from chat.conversations import close_conversation, open_conversation
from chat.events import VISITOR
from chat.keys import lease_member, leases_key
from chat.models import Conversation, Message, Visitor
from chat.reading import read_events
from chat.redis_clients import redis_client
from tenants.context import for_each_tenant, in_tenant
from tenants.models import User
from tests.admin.pages import remove_accounts
from tests.plans import indexes, plans_of
from tests.threads import run_together


@pytest.fixture
def brand(acme):
    with in_tenant(acme):
        yield acme


@pytest.fixture
def carol(brand, now):
    agent, _ = create_agent(email=f"carol-{uuid4().hex}@acme.test", name="Carol", queues=Queue.objects.all(), now=now)
    yield Agent.objects.select_related("user").get(pk=agent.pk)
    Assignment.objects.filter(agent=agent).delete()
    Membership.objects.filter(agent=agent).delete()
    Agent.objects.filter(pk=agent.pk).delete()
    remove_accounts("carol-")


@pytest.fixture
def queue(brand):
    """The default queue, its rule put back at the end."""
    yield Queue.objects.get(is_default=True)
    Queue.objects.filter(is_default=True).update(take_back_seconds=120)


def held_by(agent, now, name="Vera"):
    conversation = open_conversation(Visitor.objects.create(name=name), now=now)
    return take_conversation(conversation.pk, agent=agent, now=now)


def leave(agent, since):
    Agent.objects.filter(pk=agent.pk).update(is_present=False, absent_since=since)


def statuses():
    return dict(Conversation.objects.values_list("visitor__name", "status"))


@pytest.mark.parametrize(
    ("rule", "seconds_away", "is_taken"),
    [(120, 119, False), (120, 120, True), (0, 0, True), (None, 10**8, False), (3600, 3599, False), (3600, 3601, True)],
)
def test_the_queue_says_when(brand, queue, carol, now, rule, seconds_away, is_taken):
    Queue.objects.filter(pk=queue.pk).update(take_back_seconds=rule)
    held_by(carol, now)
    leave(carol, now - timedelta(seconds=seconds_away))
    assert sweep_take_back(now) == is_taken
    assert statuses() == {"Vera": "waiting" if is_taken else "assigned"}


def test_a_reload_is_no_absence_for_any_rule(queue):
    queue.take_back_seconds = 29
    with pytest.raises(ValidationError):
        queue.full_clean()


def test_what_it_leaves_behind(brand, carol, now):
    conversation = held_by(carol, now)
    leave(carol, now - timedelta(hours=1))
    assert sweep_take_back(now) == 1
    row = Conversation.objects.get()
    assert (row.assignee_id, row.assignee_name, row.waiting_since) == (None, "", now)
    ended = Assignment.objects.get(conversation=conversation)
    assert (ended.ended_at, ended.ended_reason) == (now, "agent_absent")
    last = Message.objects.order_by("seq").last()
    assert (last.event, last.author_kind, last.body["reason"]) == ("conversation.released", "system", "agent_absent")
    assert "reason" not in read_events(row, audience=VISITOR)[-1]["data"]
    assert sweep_take_back(now) == 0


def test_who_is_there_keeps_what_it_has(brand, carol, alice, now):
    held_by(alice, now, "Vera")
    held_by(carol, now, "Walter")
    Agent.objects.filter(pk=alice.pk).update(is_present=True, absent_since=None)
    leave(carol, now - timedelta(hours=1))
    assert sweep_take_back(now) == 1
    assert statuses() == {"Vera": "assigned", "Walter": "waiting"}


def test_the_deactivated_do_not_come_back(brand, queue, carol, now):
    """Neither the queue's rule nor an absence is waited for."""
    Queue.objects.filter(pk=queue.pk).update(take_back_seconds=None)
    for change, undo in (
        (lambda: Agent.objects.filter(pk=carol.pk).update(is_active=False), {"is_active": True}),
        (lambda: User.objects.filter(pk=carol.user_id).update(is_active=False), {}),
    ):
        held_by(carol, now, uuid4().hex[:6])
        change()
        assert sweep_take_back(now) == 1
        Agent.objects.filter(pk=carol.pk).update(**undo or {"is_active": True})


def test_each_queue_has_its_own_rule(brand, queue, carol, now):
    slow = Queue.objects.create(name=f"Slow {uuid4().hex[:6]}", take_back_seconds=None)
    try:
        held_by(carol, now, "Vera")
        Conversation.objects.filter(pk=held_by(carol, now, "Walter").pk).update(queue_id=slow.pk)
        Conversation.objects.filter(pk=held_by(carol, now, "Xena").pk).update(queue_id=None)
        leave(carol, now - timedelta(minutes=3))
        assert sweep_take_back(now) == 2
        assert statuses() == {"Vera": "waiting", "Walter": "assigned", "Xena": "waiting"}
    finally:
        slow.delete()


def test_a_broken_conversation_stops_no_other(brand, carol, now):
    for name in ("Vera", "Walter", "Xena"):
        held_by(carol, now, name)
    broken = Conversation.objects.get(visitor__name="Vera")
    # Its next row is there already: the log refuses.
    Message.objects.filter(conversation=broken, seq=2).update(seq=3)
    Conversation.objects.filter(pk=broken.pk).update(active_at=now - timedelta(days=1))
    leave(carol, now - timedelta(hours=1))
    assert sweep_take_back(now, limit=2) == 2
    assert statuses() == {"Vera": "assigned", "Walter": "waiting", "Xena": "waiting"}


def test_a_broken_brand_stops_no_other(acme, globex, carol, now):
    held_by(carol, now)
    leave(carol, now - timedelta(hours=1))
    connection.set_schema_to_public()
    with in_tenant(globex), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE agents_agent RENAME TO broken")
    try:
        results = for_each_tenant(lambda tenant: sweep_take_back(now))
    finally:
        with in_tenant(globex), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE broken RENAME TO agents_agent")
        connection.set_tenant(acme)
    assert results["acme"] == 1 and isinstance(results["globex"], Exception)


def test_one_brands_absence_is_nothing_to_another(acme, globex, mallory, carol, now):
    held_by(carol, now)
    leave(carol, now - timedelta(hours=1))
    with_globex = for_each_tenant(lambda tenant: sweep_take_back(now) if tenant.pk == globex.pk else 0)
    assert with_globex["globex"] == 0
    assert statuses() == {"Vera": "assigned"}


def test_work_is_found_by_an_index(brand, carol, now):
    held_by(carol, now)
    leave(carol, now - timedelta(hours=1))
    # Among others: of a single row any index would do.
    others = Visitor.objects.bulk_create(Visitor(name="Other", created_at=now) for _ in range(300))
    Conversation.objects.bulk_create(Conversation(visitor=one, active_at=now) for one in others)
    rules = read_rules()
    (*_, plan) = plans_of(lambda: list(due_for_take_back(rules, now)))
    assert "open_by_agent" in indexes(plan)
    Agent.objects.filter(pk=carol.pk).update(absent_since=None)
    with CaptureQueriesContext(connection) as queries:
        assert sweep_take_back(now) == 0
    assert len(queries) <= 3


# ---- presence sets and clears it ----


def lease(tenant, agent, until):
    redis_client().zadd(leases_key(tenant), {lease_member("agent", agent.pk, "x"): until})


def absent_since(agent):
    return Agent.objects.values_list("is_present", "absent_since").get(pk=agent.pk)


def test_absence_begins_when_the_leases_are_gone_and_ends_with_the_return(brand, carol):
    start = 1_900_000_000.0
    lease(brand, carol, start + 30)
    sweep_presence(start)
    assert absent_since(carol) == (True, None)
    sweep_presence(start + 31)
    gone = datetime.fromtimestamp(start + 31, UTC)
    assert absent_since(carol) == (False, gone)
    sweep_presence(start + 41)
    assert absent_since(carol) == (False, gone), "an absence that goes on began when it began"
    mark_present(carol)
    assert absent_since(carol) == (True, None)
    sweep_presence(start + 51)
    lease(brand, carol, start + 100)
    sweep_presence(start + 61)
    assert absent_since(carol) == (True, None)


def test_who_was_never_there_is_absent_too(brand, carol):
    assert absent_since(carol) == (False, None)
    sweep_presence(1_900_000_000.0)
    assert absent_since(carol)[1] is not None


# ---- at the same moment ----


@pytest.mark.parametrize("attempt", range(5))
def test_against_the_return_of_the_agent(acme, carol, now, attempt):
    """The sweep found the conversation due; the agent comes back. Either it keeps it, or the log says it was taken."""
    conversation = held_by(carol, now)
    leave(carol, now - timedelta(hours=1))
    rules = read_rules()

    def run(number):
        with in_tenant(acme):
            if number:
                return take_back(conversation.pk, rules=rules, now=now)
            return mark_present(carol)

    _, taken = run_together(2, run)
    row = Conversation.objects.get()
    assert (row.status == "waiting") is taken
    assert absent_since(carol) == (True, None)
    assert Assignment.objects.filter(ended_at=None).count() == (0 if taken else 1)


@pytest.mark.parametrize("attempt", range(5))
def test_against_a_colleague_who_takes_over(acme, carol, alice, now, attempt):
    conversation = held_by(carol, now)
    leave(carol, now - timedelta(hours=1))
    rules = read_rules()

    def run(number):
        with in_tenant(acme):
            if number == 0:
                return take_back(conversation.pk, rules=rules, now=now)
            if number == 1:
                return transfer_conversation(conversation.pk, by=alice, agent=alice, now=now)
            try:
                return take_conversation(conversation.pk, agent=alice, now=now)
            except AlreadyTaken:
                return None

    run_together(3, run)
    row = Conversation.objects.get()
    assert (row.status, row.assignee_id) == ("assigned", alice.pk)
    assert Assignment.objects.filter(ended_at=None).count() == 1
    assert list(Message.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, row.last_seq + 1))


def test_two_sweeps_at_once_take_back_once(acme, carol, now):
    for name in ("Vera", "Walter", "Xena"):
        held_by(carol, now, name)
    leave(carol, now - timedelta(hours=1))

    def run(number):
        with in_tenant(acme):
            return sweep_take_back(timezone.now())

    assert sum(run_together(3, run)) == 3
    assert Message.objects.filter(event="conversation.released").count() == 3


def test_a_closed_one_is_left_alone(brand, carol, now):
    conversation = held_by(carol, now)
    leave(carol, now - timedelta(hours=1))
    rules = read_rules()
    close_conversation(conversation.pk, by=SYSTEM, reason="agent", now=now)
    assert not take_back(conversation.pk, rules=rules, now=now)
    assert statuses() == {"Vera": "closed"}
