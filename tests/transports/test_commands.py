"""Every command over every transport, encoding and layer: it is answered, done, and known to both sides by its seq."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from agents.models import Agent, Queue
from chat.models import Conversation, Message, Tag
from chat.protocol import COMMANDS
from tenants.context import in_tenant
from tests.transports.clients import Client

ADVANCED = "conversation.advanced"
TEXT = {"message.create": "Good dya", "note.create": "note-canary"}


@dataclass
class Step:
    """A command; the rows of the log that it makes; what its ack says of the conversation."""

    command: str
    data: dict[str, Any] | Callable[[dict[str, Any]], dict[str, Any]] = field(default_factory=dict)
    events: tuple[str, ...] = ()
    row: dict[str, Any] | None = None


@pytest.fixture
def vip(acme: Any) -> Iterator[str]:
    with in_tenant(acme):
        tag = Tag.objects.create(name="VIP")
    yield str(tag.pk)
    with in_tenant(acme):
        tag.delete()


@pytest.fixture
def as_bob(as_agent: Any, bob: Any, acme: Any) -> Any:
    return as_agent(bob, acme)


def said(acks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"message": acks["message.create"]["id"], **more}


def write() -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda acks: {"client_id": str(uuid4()), "text": acks["text"]}


SPEAKING = (
    Step("message.create", write(), ("message.created",)),
    Step("message.edit", lambda acks: said(acks, text="Good day"), ("message.edited",)),
    Step("message.recall", said, ("message.recalled",)),
)


def do(client: Client, where: str, steps: tuple[Step, ...]) -> list[str]:
    """Do the steps one after the other and return the events that they should have made."""
    acks: dict[str, Any] = {}
    for step in steps:
        acks["text"] = TEXT.get(step.command)
        data = step.data(acks) if callable(step.data) else step.data
        answer = client.ask_again(step.command, data, conversation=where)
        assert answer["type"] == "ack", (step.command, answer)
        acks[step.command] = answer["data"]
        if step.row is not None:
            row = answer["data"]["conversation"]
            assert row["id"] == where
            assert {name: row.get(name) for name in step.row} == step.row, step.command
    return [event for step in steps for event in step.events]


def check_log(client: Client, where: str, types: list[str]) -> None:
    client.expect_seq(where, 2 + len(types))
    assert [event["type"] for event in client.log] == types
    assert [event["seq"] for event in client.log] == list(range(3, 3 + len(types)))


def test_what_an_agent_does(open_as, as_vera, as_alice, as_bob, alice, bob, vip, way, acme):
    vera, desk, watcher = (open_as(who, *way) for who in (as_vera, as_alice, as_bob))
    where = vera.say("Hello?")["data"]["conversation"]
    for client in (vera, watcher):
        client.follow(where, 2)
    with in_tenant(acme):
        queue = str(Queue.objects.get(is_default=True).pk)
    has_it, waits = {"status": "assigned", "agent": {"id": str(alice.pk), "name": "Alice"}}, {"status": "waiting"}
    to_bob = {"status": "assigned", "agent": {"id": str(bob.pk), "name": "Bob"}}
    steps = (
        Step("conversation.take", {}, ("conversation.assigned",), has_it),
        Step("tag.set", {"add": [vip]}, ("conversation.tagged",), {**has_it, "tags": [vip]}),
        Step("note.create", write(), ("note.created",)),
        *SPEAKING,
        Step("conversation.release", {}, ("conversation.released",), {**waits, "agent": None}),
        Step(
            "conversation.transfer",
            {"agent": str(bob.pk), "note": "note-canary"},
            ("note.created", "conversation.transferred"),
            to_bob,
        ),
        Step("conversation.transfer", {"queue": queue}, ("conversation.transferred",), {**waits, "agent": None}),
        Step("tag.set", {"remove": [vip]}, ("conversation.tagged",), {"tags": []}),
        Step("conversation.close", {}, ("conversation.closed",), {"status": "closed", "close_reason": "agent"}),
        Step("conversation.reopen", {}, ("conversation.reopened",), waits),
    )
    types = do(desk, where, steps)
    check_log(watcher, where, types)
    hidden = ("note.created", "conversation.tagged")
    check_log(vera, where, [ADVANCED if one in hidden else one for one in types])
    # Followed while it happened or asked for afterwards: what is hidden and what was recalled is nowhere.
    everything = str([vera.log, vera.inbox, vera.request("resume", {"conversations": {where: 0}})])
    assert "note-canary" not in everything
    assert vip not in everything
    again = str(watcher.request("resume", {"conversations": {where: 0}}))
    assert "Good d" not in again
    assert "note-canary" in again


def test_availability(open_as, as_alice, as_bob, alice, way, acme):
    desk, other = open_as(as_alice, *way), open_as(as_bob)
    answer = desk.request("availability.set", {"availability": "away"})
    assert (answer["type"], answer["data"]) == ("ack", {"availability": "away"})
    told = other.find(lambda one: one["type"] == "agent.availability_changed" and one["data"]["availability"] == "away")
    assert told["data"]["agent"]["id"] == str(alice.pk)
    with in_tenant(acme):
        assert Agent.objects.get(pk=alice.pk).availability == "away"
    refused = desk.request("availability.set", {"availability": "asleep"})
    assert (refused["type"], refused["data"]["code"]) == ("error", "invalid")


def test_what_a_visitor_does(open_as, as_vera, as_alice, way, acme):
    vera, desk = open_as(as_vera, *way), open_as(as_alice)
    opened = vera.request("conversation.open")["data"]["conversation"]
    where = opened["id"]
    assert (opened["status"], opened["top"]) == ("waiting", 1)
    assert vera.request("conversation.open")["data"]["conversation"]["id"] == where
    early = vera.request("conversation.rate", {"score": 4}, conversation=where)
    assert (early["type"], early["data"]["code"]) == ("error", "not_answered_yet")
    vera.say("Hello?", conversation=where)
    for client in (vera, desk):
        client.follow(where, 2)
    types = do(vera, where, SPEAKING)
    types += do(desk, where, (Step("conversation.take", {}, ("conversation.assigned",)),))
    types += do(
        vera,
        where,
        (
            Step("conversation.rate", {"score": 4, "comment": "Kind"}, ("conversation.rated",)),
            Step("conversation.close", {}, ("conversation.closed",), {"status": "closed", "rating": 4}),
            Step("conversation.rate", {"score": 2}, ("conversation.rated",)),
        ),
    )
    for client in (desk, vera):
        check_log(client, where, types)
        assert [one["data"]["score"] for one in client.log if one["type"] == "conversation.rated"] == [4, 2]
        assert "Good d" not in str(client.request("resume", {"conversations": {where: 0}}))
    with in_tenant(acme):
        mine = str(Message.objects.get(conversation=where, seq=2).pk)
        assert Conversation.objects.get(pk=where).rating == 2
    for command, data in (("message.edit", {"message": mine, "text": "x"}), ("message.recall", {"message": mine})):
        late = vera.ask_again(command, data, conversation=where)
        assert (late["type"], late["data"]["code"]) == ("error", "conversation_closed")
    for command in ("conversation.take", "conversation.reopen", "tag.set", "note.create", "availability.set"):
        data = {"note.create": {"client_id": str(uuid4()), "text": "x"}, "availability.set": {"availability": "away"}}
        refused = vera.ask_again(command, data.get(command), conversation=where)
        assert (refused["type"], refused["data"]["code"]) == ("error", "unknown_type")


def test_what_a_program_does(open_as, as_vera, as_bot, as_alice, way):
    vera, bot, desk = open_as(as_vera), open_as(as_bot, *way), open_as(as_alice)
    where = vera.say("Hello?")["data"]["conversation"]
    for client in (vera, bot, desk):
        client.follow(where, 2)
    steps = (
        Step("note.create", write(), ("note.created",)),
        *SPEAKING,
        Step("conversation.close", {}, ("conversation.closed",)),
        Step("conversation.reopen", {}, ("conversation.reopened",)),
    )
    types = do(bot, where, steps)
    for client in (bot, desk):
        check_log(client, where, types)
    check_log(vera, where, [ADVANCED, *types[1:]])
    for command in ("conversation.take", "tag.set", "conversation.rate"):
        refused = bot.ask_again(command, {"score": 4} if command == "conversation.rate" else {}, conversation=where)
        assert (refused["type"], refused["data"]["code"]) == ("error", "unknown_type")


def test_a_foreign_conversation_is_a_missing_one(open_as, as_vera, as_mallory, way, acme, mallory, globex):
    """For every command that names one, by an agent of another brand and by another visitor."""
    where = open_as(as_vera).say("Hello?")["data"]["conversation"]
    with in_tenant(acme):
        message = str(Message.objects.get(conversation=where, seq=2).pk)
    with in_tenant(globex):
        queue = str(Queue.objects.get(is_default=True).pk)
    data = {
        "message.create": {"client_id": str(uuid4()), "text": "x"},
        "note.create": {"client_id": str(uuid4()), "text": "x"},
        "message.edit": {"message": message, "text": "x"},
        "message.recall": {"message": message},
        "conversation.read": {"seq": 1},
        "conversation.transfer": {"queue": queue},
    }
    client = open_as(as_mallory, *way)
    without = {"conversation.open", "conversation.rate", "resume", "ping", "availability.set", "conversation.unwatch"}
    for command in sorted(COMMANDS.keys() - without):
        answers = [client.ask_again(command, data.get(command), conversation=pk) for pk in (where, str(uuid4()))]
        foreign, missing = ({**one, "reply_to": None} for one in answers)
        assert foreign == missing, command
        assert (foreign["type"], foreign["data"]["code"]) == ("error", "not_found"), command
    with in_tenant(acme):
        assert Conversation.objects.get(pk=where).last_seq == 2
