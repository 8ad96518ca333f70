"""Every frame of a real chat is the same in protobuf: a field that kefu.proto lacks fails here."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from agents.authors import author_of
from chat.authors import Author
from chat.corrections import edit_message, recall_message
from chat.left_messages import Contact, leave_message
from chat.marks import note_mailed, set_priority, snooze_conversation, wake_conversation
from chat.message_log import lock_conversation
from chat.messages import MessageDraft
from chat.models import Tag, Visitor
from chat.visitor_presence import announce_presence
from chat.wire import decode_frame, encode
from chat.wire.kefu_pb2 import Frame
from tenants.context import in_tenant


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(one) for key, one in value.items() if one is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value


@pytest.fixture
def chat(connect, vera_token, acme_key, make_session, alice, bob, acme, now):
    """All frames that come in while Vera, Alice, Bob and a program do everything once."""
    frames: list[dict[str, Any]] = []
    vera = connect("visitor", token=vera_token)
    program = connect("app", token=acme_key, origin=None)
    desk = connect("agent", session=make_session(alice, acme))
    other = connect("agent", session=make_session(bob, acme))
    frames.append(vera.request("conversation.open"))
    said = vera.say("Hello?")
    where = said["data"]["conversation"]
    mention = {"client_id": str(uuid4()), "text": "@Bob look", "mentions": [str(bob.pk)]}
    frames += [said, vera.say("", conversation=where), vera.request("nonsense")]
    for agent in (desk, other, program):
        frames.append(agent.request("conversation.watch", conversation=where))
    frames += [
        desk.request("conversation.take", conversation=where),
        desk.say("Good day", conversation=where),
        program.say("I am a bot", conversation=where),
        desk.request("note.create", {"client_id": str(uuid4()), "text": "a note"}, conversation=where),
        desk.request("note.create", mention, conversation=where),
        desk.request("conversation.view", {"is_writing": True}, conversation=where),
        other.request("conversation.view", conversation=where),
        other.request("conversation.view", {"has_left": True}, conversation=where),
        other.request("conversation.take", conversation=where),
        vera.say("One more thing", conversation=where),
        desk.request("conversation.read", {"seq": 7}, conversation=where),
        desk.request("availability.set", {"availability": "away"}),
        desk.request("availability.set", {"availability": "online"}),
    ]
    with in_tenant(acme):
        tag, later = Tag.objects.create(name="parcel"), now + timedelta(days=1)
        frames.append(desk.request("tag.set", {"add": [str(tag.pk)]}, conversation=where))
        tag.delete()
        set_priority(UUID(where), 4, by=author_of(alice), now=now)
        snooze_conversation(UUID(where), later, by=author_of(alice), now=now)
        wake_conversation(UUID(where), by=author_of(alice), reason="agent", now=now)
        with transaction.atomic():
            note_mailed(lock_conversation(UUID(where)), to="vera@example.test", upto=5, refused=False, now=now)
        wrong, gone = (UUID(vera.say(text, conversation=where)["data"]["id"]) for text in ("wrnog", "secret"))
        author = Author.of_visitor(Visitor.objects.get(name="Vera"))
        edit_message(UUID(where), wrong, author=author, text="wrong", now=now)
        recall_message(UUID(where), gone, author=author, now=now)
        announce_presence([{"agent": str(alice.pk), "online": False}])
    vera.send("typing.start", {"text": "I"}, conversation=where)
    desk.send("typing.start", conversation=where)
    with in_tenant(acme):
        draft, contact = MessageDraft(uuid4(), text="Later, then"), Contact("vera@example.test", "Vera")
        left = Visitor.objects.get(name="Vera")
        leave_message(left, contact=contact, widget=None, draft=draft, now=now)
    desk.send("typing.stop", conversation=where)
    frames += [
        desk.request("conversation.transfer", {"agent": str(bob.pk), "note": "knows tents"}, conversation=where),
        other.request("conversation.release", conversation=where),
        desk.request("conversation.close", conversation=where),
        desk.request("conversation.reopen", conversation=where),
        vera.request("conversation.close", conversation=where),
        vera.request("conversation.rate", {"score": 4, "comment": "quick"}, conversation=where),
        vera.request("resume", {"conversations": {where: 0, str(uuid4()): 0}}),
        desk.request("resume", {"conversations": {where: 0}}),
        vera.request("ping"),
    ]
    for client in (vera, desk, other, program):
        frames += client.drain()
    return frames


EXPECTED = {
    "hello",
    "ack",
    "error",
    "resumed",
    "pong",
    "message.created",
    "note.created",
    "conversation.created",
    "conversation.assigned",
    "conversation.transferred",
    "conversation.released",
    "conversation.closed",
    "conversation.reopened",
    "conversation.rated",
    "conversation.left_message",
    "conversation.advanced",
    "conversation.tagged",
    "conversation.prioritised",
    "conversation.snoozed",
    "conversation.mailed",
    "conversation.woken",
    "conversation.read",
    "conversation.updated",
    "typing.started",
    "typing.stopped",
    "agent.availability_changed",
    "message.edited",
    "message.recalled",
    "presence.changed",
    "conversation.viewers",
    "agent.mentioned",
}


def test_every_frame_of_a_real_chat_is_the_same_in_protobuf(chat):
    assert {frame["type"] for frame in chat} >= EXPECTED
    for frame in chat:
        encoded = encode(frame)
        assert without_nulls(decode_frame(encoded)) == without_nulls(frame)
        field = Frame.FromString(encoded).WhichOneof("data")
        assert field != "other", f"{frame['type']} has data that kefu.proto does not know"
