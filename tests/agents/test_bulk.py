"""Many conversations at once: each step by itself, and back again."""

from datetime import timedelta
from uuid import uuid4

import pytest

from agents.assignments import take_conversation
from agents.models import Queue
from chat.authors import SYSTEM
from chat.conversations import close_conversation, open_conversation
from chat.events import milliseconds
from chat.models import Conversation, Tag, Visitor
from tenants.context import in_tenant
from tests.rest.conftest import problem, signed_in

URL = "/api/v1/agent/bulk"


@pytest.fixture
def api(make_session, alice, acme):
    return signed_in(make_session(alice, acme))


@pytest.fixture
def three(acme, alice, bob, now):
    """One that waits, one of Alice's, one of Bob's."""
    with in_tenant(acme):
        made = [open_conversation(Visitor.objects.create(name=str(number)), now=now) for number in range(3)]
        take_conversation(made[1].pk, agent=alice, now=now)
        take_conversation(made[2].pk, agent=bob, now=now)
    return made


@pytest.fixture
def other(acme):
    with in_tenant(acme):
        queue = Queue.objects.create(name="Other")
    yield queue
    with in_tenant(acme):
        queue.delete()


def do(api, steps):
    answer = api.post(URL, {"steps": steps})
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def state(acme):
    names = "status", "assignee_id", "queue_id", "tag_ids", "priority", "snoozed_until", "unread_count"
    with in_tenant(acme):
        return {row["pk"]: row for row in Conversation.objects.values("pk", *names)}


def test_every_action_and_back(api, acme, bob, three, other, now):
    with in_tenant(acme):
        tag = Tag.objects.create(name=f"t {uuid4()}")
    later = milliseconds(now + timedelta(hours=2))
    actions = [
        {"action": "close"},
        {"action": "assign"},
        {"action": "assign", "agent": str(bob.pk)},
        {"action": "transfer", "queue": str(other.pk)},
        {"action": "tag", "add": [str(tag.pk)]},
        {"action": "priority", "priority": 4},
        {"action": "snooze", "until_ts": later},
        {"action": "unread"},
    ]
    try:
        for action in actions:
            before = state(acme)
            chosen = three[:2] if action["action"] == "unread" else three  # the third is Bob's to read
            results = do(api, [{"conversation": str(one.pk), **action} for one in chosen])
            assert [one["conversation"] for one in results] == [str(one.pk) for one in chosen]
            assert not any("code" in one for one in results), (action, results)
            assert state(acme) != before, action
            undo = [step for one in results for step in one["undo"]]
            assert not any("code" in one for one in do(api, undo)), action
            after = state(acme)
            if action["action"] == "transfer":  # who had it has it again; where it stood is gone
                for row in (*before.values(), *after.values()):
                    if row["assignee_id"]:
                        del row["queue_id"]
            assert after == before, action
    finally:
        with in_tenant(acme):
            tag.delete()


def test_a_refused_step_stops_no_other(api, acme, bob, three, globex_conversation, now):
    with in_tenant(acme):
        closed = close_conversation(three[0].pk, by=SYSTEM, reason="agent", now=now)
    later = milliseconds(now + timedelta(hours=2))
    missing = str(uuid4())
    steps = [
        {"conversation": str(closed.pk), "action": "snooze", "until_ts": later},
        {"conversation": missing, "action": "close"},
        {"conversation": str(globex_conversation.pk), "action": "close"},
        {"conversation": str(three[2].pk), "action": "read"},
        {"conversation": str(three[1].pk), "action": "transfer"},
        {"conversation": str(three[1].pk), "action": "priority", "priority": 9},
        {"conversation": str(three[1].pk), "action": "close"},
    ]
    results = do(api, steps)
    codes = [one.get("code") for one in results]
    assert codes == ["conversation_closed", "not_found", "not_found", "forbidden", "invalid", "invalid", None]
    assert {**results[1], "conversation": ""} == {**results[2], "conversation": ""}
    with in_tenant(acme):
        assert Conversation.objects.get(pk=three[1].pk).status == "closed"


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"steps": []},
        {"steps": [{"action": "close"}]},
        {"steps": [{"conversation": "x", "action": "close"}]},
        {"steps": [{"conversation": str(uuid4()), "action": "delete"}]},
        {"steps": [{"conversation": str(uuid4()), "action": "close", "visitor": 1}]},
        {"steps": [{"conversation": str(uuid4()), "action": "snooze", "until_ts": -1}]},
        {"steps": [{"conversation": str(uuid4()), "action": "close"} for _ in range(201)]},
    ],
    ids=range(9),
)
def test_what_is_refused_whole(api, body):
    problem(api.post(URL, body), 400, "invalid")


def test_mallory_reaches_nothing(mallory_api, acme, three):
    before = state(acme)
    results = mallory_api.post(URL, {"steps": [{"conversation": str(one.pk), "action": "close"} for one in three]})
    assert [one["code"] for one in results.json()["results"]] == ["not_found"] * 3
    assert state(acme) == before


@pytest.fixture
def mallory_api(make_session, globex, mallory):
    return signed_in(make_session(mallory, globex), host="globex.localhost")


def test_undoing_a_close_keeps_the_place_in_the_queue(api, acme, three, now):
    waits = {
        "queued_at": now - timedelta(seconds=50),
        "waiting_since": now - timedelta(seconds=40, microseconds=7),
        "awaiting_reply_since": now - timedelta(seconds=30),
    }
    one = {"conversation": str(three[0].pk)}
    with in_tenant(acme):
        row = Conversation.objects.filter(pk=three[0].pk)
        row.update(created_at=now - timedelta(seconds=60), **waits)
        began = row.get().created_at
    [closed] = do(api, [{**one, "action": "close"}])
    do(api, closed["undo"])
    with in_tenant(acme):
        assert row.values(*waits).get() == waits
    # Who makes up a time comes no further forward than the conversation's own beginning.
    do(api, [{**one, "action": "close"}, {**one, "action": "reopen", "since": {"queued": 0, "waiting": 10**16}}])
    with in_tenant(acme):
        after = row.get()
        assert (after.queued_at, after.awaiting_reply_since) == (began, None)
        assert now <= after.waiting_since <= after.active_at
