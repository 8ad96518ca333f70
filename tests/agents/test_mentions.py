"""Notes that name agents: rows in the note's transaction, told at once, seen once, gone with the note."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from agents.assignments import transfer_conversation
from agents.authors import author_of
from agents.mentions import count_unseen, mark_seen, mentions_of
from agents.models import Agent, Mention, Queue
from chat.conversations import open_conversation
from chat.corrections import edit_message, recall_message
from chat.messages import MessageDraft, post_note
from chat.models import Conversation, Message, Visitor
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.clients import SocketClient
from tests.rest.conftest import problem, signed_in

LIST = "/api/v1/agent/mentions"
NOBODYS = UUID("01890000-0000-7000-8000-000000000000")


@pytest.fixture
def conversation(acme: Tenant, vera: Visitor, now: datetime) -> Conversation:
    with in_tenant(acme):
        return open_conversation(vera, now=now)


def note(conversation: Conversation, by: Agent, now: datetime, *named: UUID, text: str = "@Bob have a look") -> Message:
    draft = MessageDraft(uuid4(), text=text, mentions=named)
    return post_note(conversation.pk, author=author_of(by), draft=draft, now=now).message


def test_who_is_named_finds_it(
    acme: Tenant, conversation: Conversation, alice: Agent, bob: Agent, now: datetime
) -> None:
    with in_tenant(acme):
        written = note(conversation, alice, now, bob.pk, bob.pk, alice.pk, NOBODYS)
        mention = Mention.objects.get()
        assert (mention.agent_id, mention.seq, mention.by_name) == (bob.pk, written.seq, "Alice")
        assert mention.text == "@Bob have a look"
        assert (count_unseen(bob), count_unseen(alice)) == (1, 0)
        assert mark_seen(bob, [conversation.pk], now) == 0
        assert mentions_of(bob).get().seen_at == now


def test_the_same_note_again_names_once(
    acme: Tenant, conversation: Conversation, alice: Agent, bob: Agent, now: datetime
) -> None:
    draft = MessageDraft(uuid4(), text="@Bob", mentions=[bob.pk])
    with in_tenant(acme):
        for _ in range(2):
            post_note(conversation.pk, author=author_of(alice), draft=draft, now=now)
        assert Mention.objects.count() == 1


def test_a_corrected_note_takes_its_words_back(
    acme: Tenant, conversation: Conversation, alice: Agent, bob: Agent, now: datetime
) -> None:
    with in_tenant(acme):
        written = note(conversation, alice, now, bob.pk, text="@Bob the PIN is 4711")
        edit_message(conversation.pk, written.pk, author=author_of(alice), text="@Bob call me", now=now)
        assert Mention.objects.get().text == "@Bob call me"
        recall_message(conversation.pk, written.pk, author=author_of(alice), now=now)
        assert not Mention.objects.exists()


def test_transfer_and_note_are_one(
    acme: Tenant, conversation: Conversation, alice: Agent, bob: Agent, now: datetime
) -> None:
    with in_tenant(acme):
        transfer_conversation(conversation.pk, by=alice, agent=bob, note=" knows tents ", now=now)
        log = list(Message.objects.filter(conversation=conversation).order_by("seq"))
        assert [row.event for row in log][1:] == ["note.created", "conversation.transferred"]
        assert log[1].body["text"] == "knows tents"
        assert log[1].visibility == "note"
        assert Mention.objects.get().agent_id == bob.pk
        # To where it is already: nothing happens, and nothing is said.
        transfer_conversation(conversation.pk, by=alice, agent=bob, note="again", now=now)
        assert Message.objects.filter(conversation=conversation).count() == 3
        transfer_conversation(conversation.pk, by=alice, queue=Queue.objects.first(), note="for a queue", now=now)
        assert Mention.objects.count() == 1


def test_an_agent_is_told_at_once(
    connect: Callable[..., SocketClient],
    make_session: Callable[..., str],
    acme: Tenant,
    conversation: Conversation,
    alice: Agent,
    bob: Agent,
) -> None:
    desk, other = (connect("agent", session=make_session(agent, acme)) for agent in (alice, bob))
    other.hello()
    data = {"client_id": str(uuid4()), "text": "@Bob look", "mentions": [str(bob.pk)]}
    assert desk.request("note.create", data, conversation=conversation.pk)["type"] == "ack"
    told = other.expect("agent.mentioned")
    assert told["conversation"] == str(conversation.pk)
    assert told["data"] == {"by": "Alice", "text": "@Bob look", "seq": 2, "unseen": 1}
    desk.request("conversation.watch", conversation=conversation.pk)
    events = desk.request("resume", {"conversations": {str(conversation.pk): 1}})["data"]["conversations"]
    assert events[str(conversation.pk)]["events"][0]["data"]["mentions"] == [str(bob.pk)]
    assert not [frame for frame in desk.drain() if frame["type"] == "agent.mentioned"]


def test_lists_them_and_marks_them_seen(
    make_session: Callable[..., str],
    acme: Tenant,
    globex: Tenant,
    conversation: Conversation,
    alice: Agent,
    bob: Agent,
    mallory: Agent,
    now: datetime,
) -> None:
    bobs, others = signed_in(make_session(bob, acme)), signed_in(make_session(mallory, globex), host="globex.localhost")
    with in_tenant(acme):
        note(conversation, alice, now, bob.pk)
        note(conversation, alice, now, bob.pk, text="@Bob and this")
    body = bobs.get(LIST, {"unseen": "true"}).json()
    assert [one["text"] for one in body["mentions"]] == ["@Bob and this", "@Bob have a look"]
    assert body["unseen"] == bobs.get("/api/v1/agent/me").json()["unseen_mentions"] == 2
    # A conversation of another brand is like one that does not exist: nothing of anybody is marked.
    for pk in (conversation.pk, NOBODYS):
        assert others.post(f"{LIST}/seen", {"conversation": str(pk)}).json() == {"unseen": 0}
    assert others.get(LIST).json()["mentions"] == []
    assert bobs.post(f"{LIST}/seen", {"conversation": str(conversation.pk)}).json() == {"unseen": 0}
    assert bobs.get(LIST, {"unseen": "true"}).json()["mentions"] == []
    assert len(bobs.get(LIST).json()["mentions"]) == 2
    problem(bobs.post(f"{LIST}/seen", {"conversation": "x"}), 400, "invalid")
