"""A visitor's message that names no conversation, as the widget sends it: by the group commit where one is open."""

from uuid import uuid4

from django.utils import timezone

from chat.authors import SYSTEM
from chat.conversations import close_conversation
from chat.models import Conversation, Message
from tenants.context import in_tenant
from tests.realtime.metrics import metrics

COMMITS = "kefu_log_batch_size_count"


def test_the_second_message_goes_by_the_group_commit(server, as_vera):
    first = as_vera.say("Hello?")["data"]
    before = metrics(server)
    second = as_vera.say("Anybody there?")["data"]
    assert (second["conversation"], second["seq"]) == (first["conversation"], first["seq"] + 1)
    assert metrics(server).since(before, COMMITS) == 1


def test_a_conversation_that_was_open_before_is_known_from_hello(server, connect, as_vera, vera_token):
    conversation = as_vera.say("Hello?")["data"]["conversation"]
    other = connect("visitor", token=vera_token)
    other.hello()
    before = metrics(server)
    assert other.say("From my phone")["data"]["conversation"] == conversation
    assert metrics(server).since(before, COMMITS) == 1


def test_closed_meanwhile_a_new_one_is_opened(as_vera, acme):
    first = as_vera.say("Hello?")["data"]["conversation"]
    _close(acme, first)
    ack = as_vera.say("One more thing")
    assert ack["type"] == "ack"
    assert ack["data"]["conversation"] != first
    with in_tenant(acme):
        assert Conversation.objects.get(pk=first).status == "closed"
        assert not Message.objects.filter(conversation=first, body__text="One more thing").exists()
    # And that one is known from then on.
    assert as_vera.say("And another")["data"]["conversation"] == ack["data"]["conversation"]


def test_a_repeated_client_id_of_an_older_conversation_is_recognised(as_vera, acme):
    client_id = str(uuid4())
    first = as_vera.say("Once", client_id=client_id)["data"]
    _close(acme, first["conversation"])
    later = as_vera.say("One more thing")["data"]
    again = as_vera.say("Once", client_id=client_id)["data"]
    assert again == {**first, "duplicate": True}
    assert later["conversation"] != first["conversation"]
    # What was repeated is not where the next one goes.
    assert as_vera.say("And another")["data"]["conversation"] == later["conversation"]


def _close(tenant, conversation):
    with in_tenant(tenant):
        close_conversation(conversation, by=SYSTEM, reason=Conversation.CloseReason.AGENT, now=timezone.now())
