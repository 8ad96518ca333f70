from uuid import uuid4

import pytest

from agents.assignments import take_conversation
from chat.conversations import open_conversation
from chat.errors import Conflict, Invalid
from chat.left_messages import Contact, leave_message
from chat.messages import MessageDraft
from chat.models import Conversation, Message, Visitor
from tenants.context import in_tenant
from tests.threads import run_together

VERA = Contact("vera@example.test", "Vera Vogel")


def draft(text="Please call me back"):
    return MessageDraft(uuid4(), text=text)


def events():
    return list(Message.objects.order_by("seq").values_list("event", flat=True))


def test_it_opens_a_conversation_that_waits(acme, vera, acme_widget, now):
    with in_tenant(acme):
        leave_message(vera, contact=VERA, widget=acme_widget, draft=draft(), now=now)
        conversation = Conversation.objects.get()
        assert (conversation.status, conversation.left_message) == ("waiting", True)
        assert (conversation.unread_count, conversation.awaiting_reply_since) == (1, now)
        assert events() == ["conversation.created", "message.created", "conversation.left_message"]
        assert Message.objects.get(seq=3).body == {"name": "Vera Vogel", "email": "vera@example.test"}
        vera.refresh_from_db()
        assert (vera.name, vera.email) == ("Vera Vogel", "vera@example.test")


def test_an_open_conversation_is_used_and_stays_with_its_agent(acme, vera, alice, now):
    with in_tenant(acme):
        taken = take_conversation(open_conversation(vera, now=now).pk, agent=alice, now=now)
        leave_message(vera, contact=VERA, widget=None, draft=draft(), now=now)
        left = Conversation.objects.get()
        assert (left.pk, left.status, left.left_message) == (taken.pk, "assigned", True)


def test_the_same_again_changes_nothing_and_another_under_its_key_is_a_conflict(acme, vera, now):
    with in_tenant(acme):
        one = draft()
        first = leave_message(vera, contact=VERA, widget=None, draft=one, now=now)
        again = leave_message(vera, contact=VERA, widget=None, draft=one, now=now)
        assert (again.duplicate, again.message.pk) == (True, first.message.pk)
        with pytest.raises(Conflict):
            leave_message(vera, contact=VERA, widget=None, draft=MessageDraft(one.client_id, text="other"), now=now)
        assert events().count("conversation.left_message") == 1


def test_the_same_through_many_doors_at_once_is_left_once(acme, vera, now):
    one = draft()

    def leave(_number):
        with in_tenant(acme):
            return leave_message(vera, contact=VERA, widget=None, draft=one, now=now).duplicate

    assert sorted(run_together(6, leave)) == [False] + [True] * 5
    with in_tenant(acme):
        assert events().count("message.created") == events().count("conversation.left_message") == 1


def test_whoever_is_known_keeps_name_and_address(acme, now):
    with in_tenant(acme):
        known = Visitor.objects.create(name="Vera", email="real@example.test", external_id=f"vera-{uuid4()}")
        leave_message(known, contact=Contact("other@example.test", "Other"), widget=None, draft=draft(), now=now)
        known.refresh_from_db()
        assert (known.name, known.email) == ("Vera", "real@example.test")
        assert Message.objects.get(event="conversation.left_message").body["email"] == "other@example.test"


@pytest.mark.parametrize("email", ["", "vera", "vera@", "a@b.test\nBcc: c@d.test", "x" * 250 + "@example.test"])
def test_without_an_address_nothing_is_left(acme, vera, now, email):
    with in_tenant(acme):
        with pytest.raises(Invalid):
            leave_message(vera, contact=Contact(email), widget=None, draft=draft(), now=now)
        assert not Conversation.objects.exists()


def test_an_empty_message_is_refused(acme, vera, now):
    with in_tenant(acme), pytest.raises(Invalid):
        leave_message(vera, contact=VERA, widget=None, draft=draft("  "), now=now)
