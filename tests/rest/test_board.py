"""GET agent/board: what waits and who works, for supervisors of the brand only."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agents.assignments import take_conversation
from agents.models import Agent, AuditEntry, Calendar, Membership, Queue, SlaTarget
from agents.presence import set_availability
from chat.authors import SYSTEM
from chat.conversations import close_conversation
from chat.models import Conversation, Rating
from history.archive import archive_conversation
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.rest.conftest import Api, many, problem

BOARD, BULK = "/api/v1/agent/board", "/api/v1/agent/bulk"
UTC = {"tz": "UTC"}


@pytest.fixture
def elsewhere(acme: Tenant, bob: Agent) -> Iterator[Queue]:
    """A queue that is Bob's only one."""
    with in_tenant(acme):
        queue, mine = Queue.objects.create(name="Elsewhere"), Membership.objects.get(agent=bob)
        before = mine.queue
        Membership.objects.filter(pk=mine.pk).update(queue=queue)
    yield queue
    with in_tenant(acme):
        Membership.objects.filter(pk=mine.pk).update(queue=before)
        queue.delete()


def test_who_waits_and_who_works(agent_api: Api, acme: Tenant, alice: Agent, now: datetime) -> None:
    one, _two, three = many(acme, 3, now - timedelta(minutes=9))
    with in_tenant(acme):
        take_conversation(one.pk, agent=alice, now=now)
        Conversation.objects.filter(pk=three.pk).update(waiting_since=now - timedelta(minutes=30))
    board = agent_api.get(BOARD, UTC).json()
    assert (board["waiting"], board["assigned"], board["left_messages"]) == (2, 1, 0)
    assert board["longest_since_ts"] == int((now - timedelta(minutes=30)).timestamp() * 1000)
    [queue] = board["queues"]
    assert (queue["name"], queue["waiting"], queue["assigned"], queue["hours"]) == ("General", 2, 1, None)
    agents = {agent["name"]: agent for agent in board["agents"]}
    assert (agents["Alice"]["load"], agents["Alice"]["capacity"]) == (1, 5)
    assert (agents["Bob"]["load"], agents["Bob"]["availability"]) == (0, "offline")
    assert board["conversations"][0]["id"] == str(three.pk)
    assert (len(board["conversations"]), board["more"]) == (3, False)


def test_what_was_archived_today_was_closed_today(agent_api: Api, acme: Tenant) -> None:
    """A brand may archive at once."""
    now = timezone.now()
    [one] = many(acme, 1, now)
    with in_tenant(acme):
        close_conversation(one.pk, by=SYSTEM, reason="agent", now=now)
        before = agent_api.get(BOARD, UTC).json()["today"]["closed"]
        assert archive_conversation(one.pk, closed_before=now, now=now)
    assert agent_api.get(BOARD, UTC).json()["today"]["closed"] == before == 1


def test_hours(agent_api: Api, acme: Tenant) -> None:
    with in_tenant(acme):
        never = Calendar.objects.create(name="Never", time_zone="UTC", spans=[])
        Queue.objects.filter(is_default=True).update(calendar=never)
    try:
        [queue] = agent_api.get(BOARD, UTC).json()["queues"]
        assert queue["hours"] == {"is_open": False, "opens_ts": None}
    finally:
        with in_tenant(acme):
            Queue.objects.filter(is_default=True).update(calendar=None)
            never.delete()


def test_left_messages_do_not_wait(agent_api: Api, acme: Tenant, now: datetime) -> None:
    [one] = many(acme, 1, now)
    with in_tenant(acme):
        Conversation.objects.filter(pk=one.pk).update(left_message=True)
    board = agent_api.get(BOARD, UTC).json()
    assert (board["waiting"], board["left_messages"], board["longest_since_ts"]) == (0, 1, None)


def test_today(agent_api: Api, acme: Tenant, alice: Agent, now: datetime) -> None:
    one, two = many(acme, 2, now)
    with in_tenant(acme):
        Conversation.objects.filter(pk=two.pk).update(created_at=now - timedelta(days=2))
        take_conversation(one.pk, agent=alice, now=now)
        Conversation.objects.filter(pk=one.pk).update(created_at=now, first_reply_at=now + timedelta(seconds=42))
        close_conversation(one.pk, by=SYSTEM, reason="agent", now=now)
        Rating.objects.create(conversation=one, score=4, created_at=now)
        SlaTarget.objects.create(conversation=one, kind="first", started_at=now, due_at=now, breached_at=now)
    assert agent_api.get(BOARD, UTC).json()["today"] == {
        "opened": 1,
        "closed": 1,
        "first_response_seconds": 42.0,
        "csat": {"mean": 4.0, "count": 1},
        "missed_deadlines": 1,
    }


def test_since_when_somebody_is_away(agent_api: Api, acme: Tenant, bob: Agent) -> None:
    with in_tenant(acme):
        Agent.objects.filter(pk=bob.pk).update(availability_since=None, absent_since=None)
        set_availability(bob, "away")
        set_availability(bob, "online")
    rows = {row["name"]: row for row in agent_api.get(BOARD, UTC).json()["agents"]}
    assert rows["Bob"]["since_ts"]


def test_number_of_queries_does_not_grow(agent_api: Api, acme: Tenant, now: datetime) -> None:
    def queries() -> int:
        """Of three: what is remembered for seconds may be asked for in one of them."""
        found = []
        for _try in range(3):
            with CaptureQueriesContext(connection) as asked:
                agent_api.get(BOARD, UTC)
            found.append(len(asked))
        return min(found)

    many(acme, 2, now)
    few = queries()
    many(acme, 8, now)
    assert 0 < queries() <= few


def test_what_sleeps_does_not_wait(agent_api: Api, acme: Tenant, now: datetime) -> None:
    sleeper, awake = many(acme, 2, now - timedelta(minutes=9))
    with in_tenant(acme):
        Conversation.objects.filter(pk=sleeper.pk).update(
            waiting_since=now - timedelta(hours=20), snoozed_until=now + timedelta(hours=1)
        )
    board = agent_api.get(BOARD, UTC).json()
    since = int((now - timedelta(minutes=9)).timestamp() * 1000)
    assert (board["waiting"], board["longest_since_ts"]) == (1, since)
    assert [(queue["waiting"], queue["longest_since_ts"]) for queue in board["queues"]] == [(1, since)]
    assert [row["id"] for row in board["conversations"]] == [str(awake.pk), str(sleeper.pk)]
    assert board["conversations"][1]["snoozed_until_ts"] == int((now + timedelta(hours=1)).timestamp() * 1000)


def test_taking_over_is_in_the_audit_log(
    bob_as: Callable[..., Api], acme: Tenant, alice: Agent, bob: Agent, now: datetime
) -> None:
    [one] = many(acme, 1, now)
    with in_tenant(acme):
        take_conversation(one.pk, agent=alice, now=now)
        AuditEntry.objects.all().delete()
    body = {"steps": [{"conversation": str(one.pk), "action": "assign", "agent": str(bob.pk)}]}
    assert "undo" in bob_as(role="supervisor").post(BULK, body).json()["results"][0]
    with in_tenant(acme):
        entry = AuditEntry.objects.get()
        assert (entry.action, entry.actor_name) == ("conversation.taken_over", "Bob")
        entry.delete()


def test_agents_get_what_a_missing_thing_gets(bob_as: Callable[..., Api]) -> None:
    problem(bob_as().get(BOARD, UTC), 404, "not_found")
    assert bob_as(role="supervisor").get(BOARD, UTC).status_code == 200


def test_a_supervisor_of_own_queues_sees_these_and_no_others(
    bob_as: Callable[..., Api], acme: Tenant, bob: Agent, elsewhere: Queue, now: datetime
) -> None:
    many(acme, 1, now)
    api = bob_as(role="supervisor", scope="queues")
    board = api.get(BOARD, UTC).json()
    assert (board["waiting"], board["conversations"], board["today"]["opened"]) == (0, [], 0)
    assert [queue["name"] for queue in board["queues"]] == ["Elsewhere"]
    assert [agent["name"] for agent in board["agents"]] == ["Bob"]


def test_mallory_sees_nothing(mallory_api: Api, acme: Tenant, now: datetime) -> None:
    many(acme, 1, now)
    board = mallory_api.get(BOARD, UTC).json()
    assert (board["waiting"], board["conversations"]) == (0, [])


def test_signed_out_is_a_401() -> None:
    problem(Api().get(BOARD, UTC), 401, "unauthenticated")


def test_the_zone_is_always_said(agent_api: Api) -> None:
    problem(agent_api.get(BOARD), 400, "invalid")
