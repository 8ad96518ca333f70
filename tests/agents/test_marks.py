"""Tags, sleep and the unread mark of conversations."""

from datetime import timedelta
from uuid import uuid4

import pytest

from agents.authors import author_of
from agents.tasks import sweep_snoozed as sweep_task
from chat.authors import SYSTEM
from chat.conversations import close_conversation, mark_read, mark_unread, open_conversation
from chat.errors import ConversationClosed, Invalid
from chat.marks import snooze_conversation, sweep_snoozed, tag_conversation, wake_conversation
from chat.messages import MessageDraft, post_visitor_message
from chat.models import Conversation, Message, Tag, Visitor
from tenants.context import in_tenant
from tests.threads import run_together


@pytest.fixture
def conversation(acme, vera, now):
    with in_tenant(acme):
        return open_conversation(vera, now=now)


@pytest.fixture
def tag(acme):
    with in_tenant(acme):
        made = Tag.objects.create(name=f"tag {uuid4()}")
    yield made
    with in_tenant(acme):
        made.delete()


def events(conversation):
    return list(Message.objects.filter(conversation=conversation).order_by("seq").values_list("event", "visibility"))


def test_an_hour_later_it_wakes(acme, alice, conversation, now):
    with in_tenant(acme):
        snooze_conversation(conversation.pk, now + timedelta(hours=1), by=author_of(alice), now=now)
        assert sweep_snoozed(now + timedelta(minutes=59)) == 0
        assert sweep_snoozed(now + timedelta(hours=1)) == 1
        assert sweep_snoozed(now + timedelta(hours=1)) == 0
        assert Conversation.objects.get(pk=conversation.pk).snoozed_until is None
        assert events(conversation)[-2:] == [("conversation.snoozed", "note"), ("conversation.woken", "note")]
        assert Message.objects.filter(event="conversation.woken").get().body["reason"] == "time"


def test_one_that_fails_stops_no_other(acme, alice, globex, now, monkeypatch):
    with in_tenant(acme):
        for number in range(3):
            one = open_conversation(Visitor.objects.create(name=str(number)), now=now)
            snooze_conversation(one.pk, now + timedelta(seconds=number + 1), by=author_of(alice), now=now)
        first = Conversation.objects.order_by("snoozed_until").first()
        Conversation.objects.filter(pk=first.pk).update(archived_at=now)  # its log takes no row
        assert sweep_snoozed(now + timedelta(minutes=1)) == 2
        assert set(Conversation.objects.filter(snoozed_until__isnull=False)) == {first}
    assert sweep_task(str(globex.pk)) == 0


def test_the_visitor_wakes_it_at_once_by_every_door(acme, alice, vera, vera_token, connect, conversation, now):
    for door in ("verb", "socket"):
        with in_tenant(acme):
            snooze_conversation(conversation.pk, now + timedelta(days=1), by=author_of(alice), now=now)
            if door == "verb":
                draft = MessageDraft(uuid4(), text="Hello?")
                post_visitor_message(vera, conversation_id=None, widget=None, draft=draft, now=now)
        if door == "socket":
            client = connect("visitor", token=vera_token)
            assert client.say("Hello!", conversation=conversation.pk)["type"] == "ack"
        with in_tenant(acme):
            assert Conversation.objects.get(pk=conversation.pk).snoozed_until is None, door
            last = [name for name, _ in events(conversation)][-2:]
            assert last == ["conversation.woken", "message.created"], door


def test_only_open_ones_sleep_and_only_until_later(acme, alice, conversation, now):
    with in_tenant(acme):
        with pytest.raises(Invalid):
            snooze_conversation(conversation.pk, now, by=author_of(alice), now=now)
        snooze_conversation(conversation.pk, now + timedelta(1), by=author_of(alice), now=now)
        closed = close_conversation(conversation.pk, by=SYSTEM, reason="agent", now=now)
        assert closed.snoozed_until is None
        with pytest.raises(ConversationClosed):
            snooze_conversation(conversation.pk, now + timedelta(1), by=author_of(alice), now=now)
        with pytest.raises(ConversationClosed):
            mark_unread(conversation.pk, now)


def test_many_wake_it_once(acme, alice, conversation, now):
    with in_tenant(acme):
        snooze_conversation(conversation.pk, now + timedelta(seconds=1), by=author_of(alice), now=now)

    def wake(number: int) -> None:
        with in_tenant(acme):
            if number % 2:
                sweep_snoozed(now + timedelta(minutes=1))
            else:
                wake_conversation(conversation.pk, by=author_of(alice), reason="agent", now=now)

    run_together(6, wake)
    with in_tenant(acme):
        assert Message.objects.filter(event="conversation.woken").count() == 1


def test_unread_until_it_is_looked_at_again(acme, vera, conversation, now):
    with in_tenant(acme):
        post_visitor_message(
            vera, conversation_id=None, widget=None, draft=MessageDraft(uuid4(), text="Hello?"), now=now
        )
        top = Conversation.objects.get(pk=conversation.pk).last_seq
        assert mark_read(conversation.pk, reader="agent", seq=top, now=now).unread_count == 0
        assert mark_unread(conversation.pk, now).unread_count == 1
        assert mark_unread(conversation.pk, now).unread_count == 1
        assert mark_read(conversation.pk, reader="agent", seq=top - 1, now=now).unread_count == 1
        after = mark_read(conversation.pk, reader="agent", seq=top, now=now)
        assert (after.unread_count, after.agent_read_seq) == (0, top)


def test_tagging_at_once_loses_nothing(acme, alice, conversation, now):
    with in_tenant(acme):
        tags = [Tag.objects.create(name=f"t{number} {uuid4()}") for number in range(8)]

    def put(number: int) -> None:
        with in_tenant(acme):
            tag_conversation(conversation.pk, add=[tags[number].pk], by=author_of(alice), now=now)

    try:
        run_together(8, put)
        with in_tenant(acme):
            assert set(Conversation.objects.get(pk=conversation.pk).tag_ids) == {tag.pk for tag in tags}
    finally:
        with in_tenant(acme):
            Tag.objects.filter(pk__in=[tag.pk for tag in tags]).delete()


def test_tags_over_the_socket(acme, alice, make_session, connect, vera_token, conversation, tag):
    desk = connect("agent", session=make_session(alice, acme))
    vera = connect("visitor", token=vera_token)
    vera.hello()
    desk.request("conversation.watch", conversation=conversation.pk)
    answer = desk.request("tag.set", {"add": [str(tag.pk)]}, conversation=conversation.pk)
    assert answer["data"]["conversation"]["tags"] == [str(tag.pk)]
    event = desk.expect("conversation.tagged")
    assert event["data"] == {"tags": [str(tag.pk)], "by": {"kind": "agent", "id": str(alice.pk), "name": "Alice"}}
    seen = vera.expect("conversation.advanced")
    assert (seen["seq"], seen["data"]) == (event["seq"], {})
    assert desk.request("tag.set", {"add": [str(uuid4())]}, conversation=conversation.pk)["data"]["code"] == "invalid"
    answer = desk.request("tag.set", {"remove": [str(tag.pk)]}, conversation=conversation.pk)
    assert answer["data"]["conversation"]["tags"] == []
