"""An agent who sees only their own queues: what is out of sight is like a missing thing, by every way in."""

import json
from collections.abc import Iterator
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction

from agents import participant
from agents.access import agent_conversations, get_agent_file, sight_of
from agents.accounts import change_agent, create_agent
from agents.assignments import take_conversation
from agents.imports import import_agent, read_agent
from agents.models import Agent, Membership, Queue
from agents.participant import AgentParticipant
from agents.sight import Sight, sift_rows
from chat.conversations import open_conversation
from chat.messages import MessageDraft, post_visitor_message
from chat.models import Conversation, File, Visitor
from chat.placement import Place
from chat.protocol import MAX_RESUMED, MAX_WATCHED
from chat.reading import conversation_row
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.rest.conftest import same_refusal, signed_in
from tests.threads import until_somebody_waits

SECRET = "other-queue-canary"
LIST = "/api/v1/agent/conversations"


@pytest.fixture
def sales(acme: Tenant) -> Iterator[Queue]:
    with in_tenant(acme):
        queue = Queue.objects.create(name="Sales")
    yield queue
    with in_tenant(acme):
        queue.delete()


@pytest.fixture
def sam(acme: Tenant, sales: Queue, now: datetime) -> Iterator[Agent]:
    """Serves Sales and sees nothing else."""
    with in_tenant(acme):
        agent, _ = create_agent(email="sam@acme.test", name="Sam", password="correct horse", queues=[sales], now=now)
        Agent.objects.filter(pk=agent.pk).update(scope=Agent.Scope.QUEUES)
        agent.refresh_from_db()
    yield agent
    with in_tenant(acme):
        agent.assignments.all().delete()
        agent.user.delete()


@pytest.fixture
def as_sam(as_agent: Any, sam: Agent, acme: Tenant) -> Any:
    return as_agent(sam, acme)


@pytest.fixture
def sam_api(make_session: Any, sam: Agent, acme: Tenant) -> Any:
    return signed_in(make_session(sam, acme))


def open_in(acme: Tenant, queue: Queue, text: str, now: datetime) -> Conversation:
    with in_tenant(acme):
        visitor = Visitor.objects.create(name=text)
        opened = open_conversation(visitor, place=Place(queue.pk, queue.name), now=now)
        post_visitor_message(
            visitor, conversation_id=opened.pk, widget=None, draft=MessageDraft(uuid4(), text=text), now=now
        )
        return Conversation.objects.select_related("visitor").get(pk=opened.pk)


@pytest.fixture
def theirs(acme: Tenant, sales: Queue, now: datetime) -> Conversation:
    return open_in(acme, sales, "for sales", now)


@pytest.fixture
def foreign(acme: Tenant, now: datetime) -> Conversation:
    with in_tenant(acme):
        general = Queue.objects.get(is_default=True)
    return open_in(acme, general, SECRET, now)


# ---- the rule ----


def test_own_queues_and_what_one_has(acme, sam, bob, sales, theirs, foreign, now):
    with in_tenant(acme):
        assert set(agent_conversations(sam)) == {theirs}
        assert set(agent_conversations(bob)) == {theirs, foreign}
        take_conversation(foreign.pk, agent=sam, now=now)
        assert set(agent_conversations(sam)) == {theirs, foreign}
        take_conversation(theirs.pk, agent=bob, now=now)
        assert set(agent_conversations(sam)) == {theirs, foreign}, "a colleague has it, it still stands in the queue"


@pytest.mark.parametrize("is_sales", [True, False])
@pytest.mark.parametrize("has_it", [True, False])
def test_rows_and_queries_follow_one_rule(acme, sam, theirs, foreign, has_it, is_sales):
    row = theirs if is_sales else foreign
    with in_tenant(acme):
        status = ("assigned", sam.pk) if has_it else ("waiting", None)
        Conversation.objects.filter(pk=row.pk).update(status=status[0], assignee_id=status[1], assignee_name="Sam")
        row.refresh_from_db()
        is_seen = agent_conversations(sam).filter(pk=row.pk).exists()
        assert sight_of(sam).sees(conversation_row(row)) == is_seen == (has_it or is_sales)


def test_rows_are_sifted():
    def row(name: str, queue: str | None, agent: str | None) -> dict[str, Any]:
        return {"id": name, "queue": queue and {"id": queue, "name": ""}, "agent": agent and {"id": agent, "name": ""}}

    rows = [row("1", "sales", None), row("2", "general", None), row("3", None, "sam"), row("4", None, None)]
    frame = {"type": "conversation.updated", "data": {"rows": rows}}
    seen, gone = sift_rows(Sight("sam", frozenset({"sales"})), frame)
    assert ([one["id"] for one in seen["data"]["rows"]], seen["data"]["gone"]) == (["1", "3"], ["2", "4"])
    assert gone == {"2", "4"}
    assert sift_rows(Sight("sam"), frame) == (frame, set())


def test_a_push_is_read_once_for_all_who_see_a_part(monkeypatch):
    """A process may hold a hundred of them, and the desk's rows come several times a second."""
    read = []
    monkeypatch.setattr(participant, "decode_frame", lambda text: read.append(text) or json.loads(text))
    rows = [{"id": str(uuid4()), "queue": {"id": queue, "name": ""}, "agent": None} for queue in ("sales", "general")]
    message = {"type": "push", "text": json.dumps({"type": "conversation.updated", "data": {"rows": rows}})}
    for queue, row in zip(("sales", "general"), rows, strict=True):
        who = participant.AgentParticipant.__new__(participant.AgentParticipant)
        who.session = SimpleNamespace(sight=Sight("sam", frozenset({queue})))
        who.watched, who.lost = {}, set()
        assert json.loads(who.sift(message)["text"])["data"]["rows"] == [row]
    assert len(read) == 1


# ---- over HTTP ----


def test_lists_counts_and_search_hold_nothing_else(sam_api, theirs, foreign):
    for query in ({}, {"view": "unassigned"}, {"q": "a"}, {"q": SECRET}, {"q": str(foreign.pk)}):
        page = sam_api.get(LIST, query)
        assert page.status_code == 200
        assert SECRET not in page.content.decode()
    page = sam_api.get(LIST).json()
    assert [row["id"] for row in page["rows"]] == [str(theirs.pk)]
    assert (page["counts"]["all"], page["counts"]["unassigned"]) == (1, 1)
    assert sam_api.get("/api/v1/agent/me").json()["counts"]["all"] == 1


def test_what_is_out_of_sight_is_like_a_missing_thing(sam_api, acme, theirs, foreign):
    for path in (f"{LIST}/{{}}", f"{LIST}/{{}}/events"):
        same_refusal(sam_api.get(path.format(foreign.pk)), sam_api.get(path.format(uuid4())))
        assert sam_api.get(path.format(theirs.pk)).status_code == 200
    profile = "/api/v1/agent/visitors/{}"
    refused = sam_api.patch(profile.format(foreign.visitor_id), {"name": "x"})
    same_refusal(refused, sam_api.patch(profile.format(uuid4()), {"name": "x"}))
    assert sam_api.patch(profile.format(theirs.visitor_id), {"name": "x"}).status_code == 200


def test_files_of_other_conversations_stay_there(sam_api, acme, sam, bob, theirs, foreign):
    with in_tenant(acme):
        there, here = (
            File.objects.create(
                name="a.txt", content_type="text/plain", size=1, path="none", uploader_kind="visitor",
                uploader_id=one.visitor_id, conversation=one,
            )
            for one in (foreign, theirs)
        )  # fmt: skip
    refused = sam_api.get(f"/files/{there.pk}")
    assert (refused.status_code, refused.content) == (404, sam_api.get(f"/files/{uuid4()}").content)
    with in_tenant(acme):
        assert get_agent_file(sam, here.pk) == here
        assert get_agent_file(bob, there.pk) == there


def test_former_conversations_of_other_queues_are_not_named(sam_api, acme, theirs, now):
    with in_tenant(acme):
        Conversation.objects.create(
            visitor=theirs.visitor, status="closed", last_message_preview=SECRET, created_at=now, active_at=now
        )
    body = sam_api.get(f"{LIST}/{theirs.pk}").json()
    assert body["visitor"]["former"] == []


# ---- over sockets and polls ----


def test_every_frame_that_names_a_conversation(open_as, as_sam, way, acme, alice, foreign):
    sam = open_as(as_sam, *way)
    data: dict[str, Any] = {
        "message.create": {"client_id": str(uuid4()), "text": "x"},
        "note.create": {"client_id": str(uuid4()), "text": "x"},
        "message.edit": {"message": str(uuid4()), "text": "x"},
        "message.recall": {"message": str(uuid4())},
        "conversation.read": {"seq": 1},
        "conversation.transfer": {"agent": str(alice.pk)},
    }
    others = {"ping", "resume", "availability.set", "conversation.unwatch"}
    for command in sorted(AgentParticipant.handlers.keys() - others):
        refused = sam.request(command, data.get(command, {}), conversation=foreign.pk)
        missing = sam.request(command, data.get(command, {}), conversation=uuid4())
        if refused["data"].get("code") == "invalid":
            continue  # a command with data of its own, which its tests know
        assert {**refused, "reply_to": ""} == {**missing, "reply_to": ""}, command
        assert refused["data"]["code"] == "not_found", command
    with in_tenant(acme):
        assert Conversation.objects.get(pk=foreign.pk).last_seq == foreign.last_seq


def test_resume_and_positions(open_as, as_sam, way, theirs, foreign):
    sam = open_as(as_sam, *way)
    sam.since = None
    sam.follow(str(theirs.pk))
    sam.expect_seq(str(theirs.pk), theirs.last_seq)
    answer = sam.request("resume", {"conversations": {str(foreign.pk): 0, str(theirs.pk): 0}})["data"]["conversations"]
    assert answer[str(foreign.pk)] == {"recovered": False, "top": 0, "events": [], "error": "not_found"}
    assert answer[str(theirs.pk)]["recovered"] is True
    if sam.transport != "socket":
        sam.positions = {str(foreign.pk): 0}
        found = sam.expect("resumed")["data"]["conversations"]
        assert found[str(foreign.pk)]["error"] == "not_found"
    else:
        tops = sam.request("ping")["data"]["tops"]
        assert tops.keys() == {str(theirs.pk)}
    assert SECRET not in str(sam.inbox)


@pytest.mark.parametrize("then", ["answered", "failed"])
def test_a_resume_hears_nothing_before_its_answer(open_as, as_sam, as_alice, acme, theirs, foreign, then):
    """What is out of sight is not delivered while that is still being found out, nor when finding out fails."""
    sam, desk = open_as(as_sam), open_as(as_alice)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'LOCK TABLE "{acme.schema_name}".agents_membership')
        sam.send("resume", {"conversations": {str(foreign.pk): 0, str(theirs.pk): theirs.last_seq}})
        until_somebody_waits()
        for where in (foreign, theirs):
            note = {"client_id": str(uuid4()), "text": f"note in {where.pk}"}
            assert desk.request("note.create", note, conversation=where.pk)["type"] == "ack"
        if then == "failed":
            cursor.execute("SELECT pg_cancel_backend(pid) FROM pg_locks WHERE NOT granted")
            assert sam.expect("error")["data"]["code"] == "internal"
    if then == "answered":
        assert sam.expect("resumed")["data"]["conversations"][str(theirs.pk)]["top"] == theirs.last_seq + 1
    assert desk.say(SECRET, conversation=foreign.pk)["type"] == "ack"
    desk.send("typing.start", conversation=foreign.pk)
    desk.request("ping")
    assert sam.request("ping")["data"]["tops"].keys() == ({str(theirs.pk)} if then == "answered" else set())
    assert SECRET not in str(sam.inbox)
    assert f"note in {foreign.pk}" not in str(sam.inbox)


def test_what_is_written_while_a_resume_reads_comes_too(open_as, as_sam, as_alice, acme, theirs):
    """Between finding and reading nothing is lost, for those with a limited sight either."""
    sam, desk, where = open_as(as_sam), open_as(as_alice), str(theirs.pk)
    for number in range(20):
        desk.send("note.create", {"client_id": str(uuid4()), "text": str(number)}, conversation=where)
        sam.send("resume", {"conversations": {where: 0}})
    sam.positions[where] = 0
    sam.expect_seq(where, theirs.last_seq + 20)


@pytest.mark.parametrize("who", ["sam", "alice"])
def test_a_connection_watches_so_many(open_as, as_sam, as_alice, acme, sales, now, who):
    """Those over the bound are lost to the client as if they were not there; the others go on."""
    client = open_as(as_sam if who == "sam" else as_alice)
    with in_tenant(acme):
        visitor = Visitor.objects.create(name="Vera")
        many = Conversation.objects.bulk_create(
            Conversation(visitor=visitor, queue_id=sales.pk, status="closed", created_at=now, active_at=now)
            for _ in range(MAX_WATCHED + 1)
        )
    names = [str(one.pk) for one in many]
    refused = {}
    for start in range(0, len(names), MAX_RESUMED):
        answer = client.request("resume", {"conversations": dict.fromkeys(names[start : start + MAX_RESUMED], 0)})
        refused |= {pk: found["error"] for pk, found in answer["data"]["conversations"].items() if "error" in found}
    assert refused == {names[-1]: "too_many"}
    assert client.request("conversation.watch", conversation=names[-1])["data"]["code"] == "invalid"
    assert client.request("conversation.unwatch", conversation=names[0])["type"] == "ack"
    assert client.request("conversation.watch", conversation=names[-1])["type"] == "ack"
    assert client.request("resume", {"conversations": {names[1]: 0}})["data"]["conversations"][names[1]]["recovered"]


def test_rows_of_other_queues_do_not_pass(open_as, as_sam, as_vera, way, theirs, acme, now):
    sam = open_as(as_sam, *way)
    vera = open_as(as_vera)
    where = vera.say(SECRET)["data"]["conversation"]
    gone = sam.find(lambda f: f["type"] == "conversation.updated" and where in f["data"].get("gone", ()))
    assert all(row["id"] != where for row in gone["data"]["rows"])
    assert SECRET not in str([gone, *sam.inbox])


def test_transferred_away_it_is_gone(open_as, as_sam, as_alice, way, acme, theirs):
    """The one who had it hears that it left, and nothing more."""
    client, desk, where = open_as(as_sam, *way), open_as(as_alice), str(theirs.pk)
    client.follow(where, theirs.last_seq)
    assert client.request("conversation.take", conversation=where)["type"] == "ack"
    with in_tenant(acme):
        general = str(Queue.objects.get(is_default=True).pk)
    assert desk.request("conversation.transfer", {"queue": general}, conversation=where)["type"] == "ack"
    client.find(lambda f: f["type"] == "conversation.updated" and where in f["data"].get("gone", ()), wait=5)
    assert desk.say(SECRET, conversation=where)["type"] == "ack"
    client.receive(1)
    if client.transport == "socket":
        assert client.request("ping")["data"]["tops"] == {}
    else:
        lost = client.find(lambda f: f["type"] == "resumed")["data"]["conversations"][where]
        assert lost["error"] == "not_found"
    assert SECRET not in str(client.inbox) + str(client.log)
    assert client.say("x", conversation=where)["data"]["code"] == "not_found"


def test_a_pong_finds_what_no_row_told(open_as, as_sam, acme, theirs):
    client, where = open_as(as_sam), str(theirs.pk)
    client.follow(where, theirs.last_seq)
    with in_tenant(acme):
        Conversation.objects.filter(pk=theirs.pk).update(queue_id=None)
    assert client.request("ping")["data"]["tops"] == {}
    # What its beginning told may still be on its way.
    client.find(lambda f: f["type"] == "conversation.updated" and where in f["data"].get("gone", ()))


def test_what_comes_back_is_seen_again(open_as, as_sam, as_alice, acme, sales, theirs):
    client, desk, where = open_as(as_sam), open_as(as_alice), str(theirs.pk)
    client.follow(where, theirs.last_seq)
    with in_tenant(acme):
        general = str(Queue.objects.get(is_default=True).pk)
    desk.request("conversation.transfer", {"queue": general}, conversation=where)
    client.find(lambda f: f["type"] == "conversation.updated" and where in f["data"].get("gone", ()))
    desk.request("conversation.transfer", {"queue": str(sales.pk)}, conversation=where)
    client.find(lambda f: f["type"] == "conversation.updated" and where in [row["id"] for row in f["data"]["rows"]])
    client.follow(where, client.positions[where])
    client.expect_seq(where, theirs.last_seq + 2)


# ---- what changes the sight ----


@pytest.mark.parametrize("change", ["scope", "joined", "left", "imported"])
def test_connections_begin_anew_when_the_sight_changes(
    connect, make_session, acme, bob, sam, sales, now, change, request
):
    if "channels-redis" in request.node.name:
        pytest.skip("the order comes from this process, which publishes over our own layer")
    agent = bob if change == "scope" else sam
    client = connect("agent", session=make_session(agent, acme))
    client.hello()
    with in_tenant(acme):
        try:
            if change == "scope":
                change_agent(bob, role=bob.role, is_active=True, scope=Agent.Scope.QUEUES, now=now)
            elif change == "joined":
                Membership.objects.create(agent=sam, queue=Queue.objects.get(is_default=True))
            elif change == "imported":
                general = Queue.objects.get(is_default=True).name
                import_agent(read_agent({"email": "sam@acme.test", "queues": f"Sales; {general}"}), now)
            else:
                Membership.objects.get(agent=sam, queue=sales).delete()
            assert client.close_code() == 1012
        finally:
            change_agent(bob, role=bob.role, is_active=True, scope=Agent.Scope.BRAND, now=now)


def test_a_scope_that_stays_closes_nothing(connect, make_session, acme, bob, now):
    client = connect("agent", session=make_session(bob, acme))
    client.hello()
    with in_tenant(acme):
        change_agent(bob, role=bob.role, is_active=True, now=now)
    assert client.request("ping")["type"] == "pong"
