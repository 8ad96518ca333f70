"""Many conversations at once: each step by itself, and back again."""

from datetime import timedelta
from uuid import uuid4

import pytest

from agents.assignments import take_conversation
from agents.inbox.undo import restore
from agents.models import Agent, Mention, Queue
from chat.authors import SYSTEM
from chat.conversations import close_conversation, open_conversation
from chat.errors import Invalid
from chat.events import milliseconds
from chat.messages import MessageDraft, post_visitor_message
from chat.models import Conversation, Message, Tag, Visitor
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


def write(acme, conversation, now):
    draft = MessageDraft(uuid4(), text="And?")
    with in_tenant(acme):
        post_visitor_message(conversation.visitor, conversation_id=conversation.pk, widget=None, draft=draft, now=now)


def state(acme):
    names = "status", "assignee_id", "queue_id", "tag_ids", "priority", "snoozed_until", "unread_count"
    names += "waiting_since", "queued_at", "awaiting_reply_since"
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
            assert state(acme) == before, action
    finally:
        with in_tenant(acme):
            tag.delete()


def test_handing_over_says_why(api, acme, alice, bob, three, other):
    """The note goes with it and names who gets it; undoing moves the conversation back and leaves the note."""
    steps = [
        {"conversation": str(three[1].pk), "action": "assign", "agent": str(bob.pk), "note": "Knows the shop."},
        {"conversation": str(three[2].pk), "action": "transfer", "queue": str(other.pk), "note": "For returns."},
    ]
    results = do(api, steps)
    assert not any("code" in one for one in results), results
    do(api, [step for one in results for step in one["undo"]])
    with in_tenant(acme):
        log = Message.objects.filter(visibility="note", conversation__in=[one.pk for one in three])
        assert {one.body["text"] for one in log} == {"Knows the shop.", "For returns."}
        assert list(Mention.objects.filter(conversation=three[1]).values_list("agent", flat=True)) == [bob.pk]
        having = [Conversation.objects.get(pk=one.pk).assignee_id for one in three]
    assert having == [None, alice.pk, bob.pk]


def test_unread_again_are_as_many_as_before_and_what_came_since(api, acme, three, now):
    one = {"conversation": str(three[1].pk)}
    for _ in range(3):
        write(acme, three[1], now)
    [read] = do(api, [{**one, "action": "read"}])
    assert state(acme)[three[1].pk]["unread_count"] == 0
    write(acme, three[1], now)
    # Twice, as after an answer that was lost.
    for _ in range(2):
        do(api, read["undo"])
        assert state(acme)[three[1].pk]["unread_count"] == 4
    # Read in part, and what changes nothing.
    with in_tenant(acme):
        mark = Conversation.objects.get(pk=three[1].pk).agent_read_seq
    [part] = do(api, [{**one, "action": "read", "seq": mark}])
    assert state(acme)[three[1].pk]["unread_count"] == 1
    assert do(api, [{**one, "action": "read", "seq": 0}])[0]["undo"] == []
    do(api, part["undo"])
    assert state(acme)[three[1].pk]["unread_count"] == 4


def test_nothing_counts_beyond_all_bounds(api, acme, three):
    much = {"conversation": str(three[1].pk), "action": "unread", "unread": 10**6, "seq": 0}
    for outcome in do(api, [much] * 200):
        assert "code" not in outcome
    assert state(acme)[three[1].pk]["unread_count"] == 10**6


def test_a_note_that_would_go_with_nothing_is_refused(api, acme, alice, bob, three):
    """Alice takes what waits; Bob has the third already."""
    for number, agent in ((0, alice), (2, bob)):
        step = {
            "conversation": str(three[number].pk),
            "action": "assign",
            "agent": str(agent.pk),
            "note": "Look at it.",
        }
        assert do(api, [step])[0]["code"] == "invalid"
    with in_tenant(acme):
        assert not Message.objects.filter(visibility="note").exists()


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
    [closed] = do(api, [{**one, "action": "close"}])
    do(api, closed["undo"])
    with in_tenant(acme):
        assert row.values(*waits).get() == waits


def test_undoing_a_close_brings_back_the_question_and_the_sleep(api, acme, alice, three, now):
    one = {"conversation": str(three[1].pk)}
    write(acme, three[1], now)
    write(acme, three[1], now)
    do(api, [{**one, "action": "snooze", "until_ts": milliseconds(now + timedelta(hours=2))}])
    before = state(acme)
    assert before[three[1].pk]["unread_count"] == 2
    [closed] = do(api, [{**one, "action": "close"}])
    do(api, closed["undo"])
    assert state(acme) == before


def test_who_reopens_has_it_at_once_and_undoing_closes_it(api, acme, alice, three, now):
    one = {"conversation": str(three[0].pk)}
    do(api, [{**one, "action": "close"}])
    closed = state(acme)
    [reopened] = do(api, [{**one, "action": "reopen", "agent": str(alice.pk)}])
    assert state(acme)[three[0].pk]["assignee_id"] == alice.pk
    do(api, reopened["undo"])
    assert state(acme)[three[0].pk]["status"] == "closed"
    assert set(state(acme)) == set(closed)


@pytest.fixture
def scoped(acme, bob, other, make_session):
    """Bob, who sees his own queues only: none of the test's conversations stands in one."""
    with in_tenant(acme):
        Agent.objects.filter(pk=bob.pk).update(scope=Agent.Scope.QUEUES)
    yield signed_in(make_session(bob, acme))
    with in_tenant(acme):
        Agent.objects.filter(pk=bob.pk).update(scope=Agent.Scope.BRAND)


@pytest.mark.parametrize("action", ["close", "release", "transfer", "assign"])
def test_what_leaves_ones_sight_comes_back_from_there(action, scoped, acme, alice, bob, three, other):
    with in_tenant(acme):
        # Bob's stands in a queue that is not his.
        Conversation.objects.filter(pk=three[2].pk).update(queue_id=other.pk, queue_name=other.name)
        general = Queue.objects.create(name=f"Further {uuid4()}")
    before = state(acme)
    further = {"transfer": {"queue": str(general.pk)}, "assign": {"agent": str(alice.pk)}}.get(action, {})
    [done] = do(scoped, [{"conversation": str(three[2].pk), "action": action, **further}])
    assert state(acme) != before
    assert "row" not in done or action == "close"  # a closed one is still whose it was
    [undone] = do(scoped, done["undo"])
    assert (undone["undo"], undone["row"]["agent"]["id"]) == ([], str(bob.pk))
    assert state(acme) == before
    with in_tenant(acme):
        general.delete()


def test_undoing_takes_it_back_from_whom_routing_gave_it_to(api, acme, alice, bob, three, now):
    [released] = do(api, [{"conversation": str(three[1].pk), "action": "release"}])
    with in_tenant(acme):
        take_conversation(three[1].pk, agent=bob, now=now)
    do(api, released["undo"])
    assert state(acme)[three[1].pk]["assignee_id"] == alice.pk


def test_only_who_did_it_undoes_it_and_not_for_long(api, acme, alice, bob, three, make_session, mallory_api, now):
    bobs = signed_in(make_session(bob, acme))
    [closed] = do(api, [{"conversation": str(three[0].pk), "action": "close"}])
    [step] = closed["undo"]
    forged = [
        (api, {**step, "token": step["token"][:-1]}),
        (api, {**step, "token": ""}),
        (api, {**step, "conversation": str(three[1].pk)}),
        (api, {**step, "conversation": str(uuid4())}),
        (bobs, step),
        (mallory_api, step),
        (mallory_api, {**step, "conversation": str(uuid4())}),
    ]
    before = state(acme)
    refused = [do(who, [wrong])[0] for who, wrong in forged]
    assert {(one["code"], one["message"]) for one in refused} == {("invalid", "This cannot be undone any more.")}
    with in_tenant(acme), pytest.raises(Invalid):
        restore(three[0].pk, step["token"], by=alice, now=now + timedelta(minutes=10))
    assert state(acme) == before
    assert "code" not in do(api, [step])[0]
    assert state(acme)[three[0].pk]["status"] == "waiting"


def test_undoing_unread_reads_nothing_that_came_since(api, acme, three, now):
    one = {"conversation": str(three[1].pk)}
    row = Conversation.objects.filter(pk=three[1].pk)
    write(acme, three[1], now)
    do(api, [{**one, "action": "read"}])
    with in_tenant(acme):
        mark = row.get().agent_read_seq
    [unread] = do(api, [{**one, "action": "unread"}])
    write(acme, three[1], now)
    do(api, unread["undo"])
    with in_tenant(acme):
        assert (row.get().unread_count, row.get().agent_read_seq) == (1, mark)
