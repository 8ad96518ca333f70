"""The verb: what it writes, what it leaves, what it never passes."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agents.assignments import release_conversation, take_conversation, transfer_conversation
from agents.models import Agent, Assignment, Membership, Queue, Skill
from agents.routing import route
from agents.routing.route import route_waiting
from chat.authors import SYSTEM
from chat.conversations import close_conversation, open_conversation, reopen_conversation
from chat.events import AGENT, VISITOR
from chat.models import Conversation, Message, Visitor
from chat.reading import read_events
from tenants.context import in_tenant
from tenants.models import Tenant


def test_what_it_writes(team, now):
    queue = team.queue()
    amy, _ = team.agent("Amy", queue, capacity=2), team.agent("Bo", queue, capacity=1, availability="away")
    conversation = team.waits(queue, at=now - timedelta(seconds=30))
    assert route_waiting(now) == 1
    row = Conversation.objects.get(pk=conversation.pk)
    assert (row.status, row.assignee_id, row.assignee_name) == ("assigned", amy.pk, "Amy")
    assert (row.assigned_at, row.waiting_since, row.queued_at) == (now, None, None)
    assert (row.last_seq, row.active_at) == (2, now)
    assignment = Assignment.objects.get()
    assert (assignment.agent_id, assignment.queue_id, assignment.started_at) == (amy.pk, queue.pk, now)
    reasons = assignment.reasons
    assert {key: reasons[key] for key in ("by", "strategy", "waited_seconds", "relaxed", "why", "chosen")} == {
        "by": "routing",
        "strategy": "least_loaded",
        "waited_seconds": 30,
        "relaxed": False,
        "why": ["least_loaded"],
        "chosen": str(amy.pk),
    }
    assert [(one["name"], one["verdict"], one["load"]) for one in reasons["agents"]] == [
        ("Amy", "chosen", 0),
        ("Bo", "away", 0),
    ]
    assert Visitor.objects.get(pk=conversation.visitor_id).last_agent_id == amy.pk
    amy.refresh_from_db()
    assert (amy.last_assigned_at, amy.idle_since) == (now, None)
    assert route_waiting(now) == 0


def test_the_log_says_it_and_visitors_do_not_see_why(team, now):
    queue = team.queue()
    team.agent("Amy", queue)
    conversation = team.waits(queue)
    route_waiting(now)
    row = Conversation.objects.get(pk=conversation.pk)
    entry = Message.objects.get(conversation=row, seq=2)
    assert (entry.event, entry.author_kind) == ("conversation.assigned", "system")
    assert read_events(row, audience=AGENT)[-1]["data"]["reasons"]["why"] == ["least_loaded"]
    assert "reasons" not in read_events(row, audience=VISITOR)[-1]["data"]


def test_no_capacity_is_passed(team, now):
    queue = team.queue(capacity=6)
    team.agent("Amy", queue, capacity=3)
    team.agent("Bo", queue, capacity=9, in_queue=2)
    team.agent("Cy", queue, capacity=9)
    for _ in range(10):
        team.waits(queue)
    assert route_waiting(now) == 6
    assert sum(team.loads().values()) == 6
    assert team.loads()["Amy"] <= 3
    assert team.loads()["Bo"] <= 2


def test_the_brand_has_a_total(team, now):
    queue, other = team.queue(), team.queue("Returns")
    team.agent("Amy", queue, other, capacity=9)
    for number in range(6):
        team.waits((queue, other)[number % 2])
    Tenant.objects.filter(pk=team.tenant.pk).update(total_capacity=4)
    try:
        assert route_waiting(now) == 4
        assert route_waiting(now) == 0
    finally:
        Tenant.objects.filter(pk=team.tenant.pk).update(total_capacity=None)
    assert route_waiting(now) == 2


def test_people_may_pass_their_capacity_and_routing_counts_it(team, now):
    queue = team.queue()
    amy = team.agent("Amy", queue, capacity=1)
    for _ in range(2):
        take_conversation(team.waits(queue).pk, agent=amy, now=now)
    team.waits(queue)
    assert route_waiting(now) == 0
    assert team.loads() == {"Amy": 2}


def test_what_is_not_routed(team, now):
    queue, manual = team.queue(), team.queue("Vip", strategy="manual")
    team.agent("Amy", queue, manual, capacity=9)
    team.waits(manual)
    team.waits(queue, snoozed_until=now + timedelta(hours=1))
    close_conversation(team.waits(queue).pk, by=SYSTEM, reason="agent", now=now)
    assert route_waiting(now) == 0


def test_what_is_snoozed_takes_no_place(team, now):
    queue = team.queue()
    team.agent("Amy", queue, capacity=1)
    first = team.waits(queue)
    route_waiting(now)
    team.waits(queue)
    assert route_waiting(now) == 0
    Conversation.objects.filter(pk=first.pk).update(snoozed_until=now + timedelta(hours=1))
    assert route_waiting(now) == 1


def test_unknown_and_deleted_queues_count_as_the_default_queue(team, now, alice):
    """Nothing that waits is ever lost."""
    default = Queue.objects.get(is_default=True)
    amy = team.agent("Amy", default, capacity=9)
    gone = team.waits(None, queue_id=uuid4())
    nowhere = team.waits(None, queue_id=None)
    assert route_waiting(now) == 0, "the default queue is manual here"
    Queue.objects.filter(pk=default.pk).update(strategy="least_loaded")
    assert route_waiting(now) == 2
    assert set(Conversation.objects.values_list("assignee_id", flat=True)) == {amy.pk}
    assert {gone.pk, nowhere.pk} == set(Conversation.objects.values_list("pk", flat=True))


def test_a_queue_without_agents_is_served_by_the_default_queues(team, now):
    default, empty = Queue.objects.get(is_default=True), team.queue("Empty")
    team.agent("Amy", default)
    team.waits(empty)
    assert route_waiting(now) == 1


def test_a_deleted_skill_is_waited_for_by_nobody(team, now):
    queue = team.queue(relax_after_seconds=None)
    french = Skill.objects.create(name="French")
    team.agent("Amy", queue)
    team.waits(queue, skill_ids=[french.pk])
    assert route_waiting(now) == 0
    french.delete()
    assert route_waiting(now) == 1


def test_the_last_agent_again(team, now):
    queue = team.queue(sticky_seconds=60)
    amy, bo = team.agent("Amy", queue), team.agent("Bo", queue)
    vera = Visitor.objects.create(name="Vera")
    take_conversation(open_conversation(vera, now=now).pk, agent=bo, now=now)
    close_conversation(Conversation.objects.get().pk, by=SYSTEM, reason="agent", now=now)
    take_conversation(team.waits(queue).pk, agent=bo, now=now)
    vera.refresh_from_db()
    team.waits(queue, visitor=vera)
    assert route_waiting(now) == 1
    assert Assignment.objects.order_by("pk").last().reasons["why"] == ["sticky"]
    assert team.loads() == {amy.display_name: 0, "Bo": 2}


def test_fair_share_over_rounds(team, now):
    queue = team.queue(fair_share_count=1, fair_share_minutes=10)
    team.agent("Amy", queue, capacity=9)
    for _ in range(3):
        team.waits(queue, at=now - timedelta(minutes=1))
    assert route_waiting(now) == 1
    assert route_waiting(now + timedelta(minutes=9)) == 0
    assert route_waiting(now + timedelta(minutes=11)) == 1


def test_live_before_left_and_urgent_before_early(team, now):
    queue = team.queue()
    team.agent("Amy", queue, capacity=1)
    left = team.waits(queue, at=now - timedelta(hours=9), left_message=True)
    early = team.waits(queue, at=now - timedelta(hours=1))
    urgent = team.waits(queue, priority=4)
    for expected in (urgent, early, left):
        assert route_waiting(now) == 1
        given = Conversation.objects.get(status="assigned")
        assert given.pk == expected.pk
        close_conversation(given.pk, by=SYSTEM, reason="agent", now=now)


def test_more_than_a_batch(team, now, monkeypatch):
    monkeypatch.setattr(route, "BATCH", 4)
    queue = team.queue()
    team.agent("Amy", queue, capacity=10)
    for _ in range(12):
        team.waits(queue)
    assert route_waiting(now, limit=3) == 3
    assert route_waiting(now) == 7


def test_one_that_is_broken_stops_no_other(team, now):
    queue = team.queue()
    amy = team.agent("Amy", queue, capacity=9)
    rows = [team.waits(queue, at=now - timedelta(seconds=9 - number)) for number in range(5)]
    # An assignment that should have ended: the constraint refuses a second one.
    Assignment.objects.create(conversation=rows[1], agent=amy, started_at=now)
    assert route_waiting(now) == 4
    assert Conversation.objects.get(status="waiting").pk == rows[1].pk


def test_agents_come_and_go(team, now):
    queue = team.queue()
    amy = team.agent("Amy", queue, present=False)
    team.waits(queue)
    assert route_waiting(now) == 0
    Agent.objects.filter(pk=amy.pk).update(is_present=True, absent_since=None)
    assert route_waiting(now) == 1
    release_conversation(Conversation.objects.get().pk, agent=amy, now=now)
    Membership.objects.filter(agent=amy).delete()
    other = team.agent("Bo", queue)
    assert route_waiting(now) == 1
    assert Conversation.objects.get().assignee_id == other.pk


def test_the_cost_does_not_grow_with_what_waits_or_was(team, now):
    queue = team.queue()
    team.agent("Amy", queue, capacity=40)

    def queries(count):
        for _ in range(count):
            team.waits(queue)
        with CaptureQueriesContext(connection) as seen:
            assert route_waiting(now) == count
        return len(seen)

    assert queries(2) == queries(20)


def test_nothing_to_do_locks_nothing(team, now):
    queue = team.queue()
    team.agent("Amy", queue, capacity=0)
    team.waits(queue)
    with CaptureQueriesContext(connection) as seen:
        assert route_waiting(now) == 0
    assert not any("FOR NO KEY UPDATE" in query["sql"] for query in seen)


def test_another_brands_conversations_stay_there(team, now, globex, globex_conversation):
    queue = team.queue()
    team.agent("Amy", queue, capacity=9)
    assert route_waiting(now) == 0
    with in_tenant(globex):
        assert Conversation.objects.get(pk=globex_conversation.pk).status == "waiting"


@pytest.mark.parametrize("strategy", ["round_robin", "longest_idle"])
def test_in_turn(team, now, strategy):
    queue = team.queue(strategy=strategy)
    for name in ("Amy", "Bo", "Cy"):
        team.agent(name, queue)
    for round_number in range(6):
        team.waits(queue)
        assert route_waiting(now + timedelta(seconds=round_number)) == 1
    assert team.loads() == {"Amy": 2, "Bo": 2, "Cy": 2}


@pytest.mark.parametrize("way", ["release", "transfer"])
def test_who_gives_it_away_does_not_get_it_back_at_once(team, now, way):
    queue, other = team.queue(relax_after_seconds=60), team.queue("Returns", relax_after_seconds=60)
    amy = team.agent("Amy", queue, other)
    conversation = team.waits(queue)
    assert route_waiting(now) == 1
    if way == "release":
        release_conversation(conversation.pk, agent=amy, now=now)
    else:
        transfer_conversation(conversation.pk, by=amy, queue=other, now=now)
    assert route_waiting(now + timedelta(seconds=59)) == 0
    assert route_waiting(now + timedelta(seconds=60)) == 1, "rather Amy than nobody"
    close_conversation(conversation.pk, by=SYSTEM, reason="agent", now=now)
    reopen_conversation(conversation.pk, by=SYSTEM, now=now + timedelta(hours=1))
    assert route_waiting(now + timedelta(hours=1)) == 1, "another time is another time"
