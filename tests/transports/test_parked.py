"""Long polls that wait: answered at once, by time, or left; and what a poll finds of what it missed."""

import asyncio
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from chat.authors import Author
from chat.conversations import open_conversation
from chat.message_log import lock_conversation
from chat.message_log.writer import BATCH_SECONDS, writer
from chat.messages import MessageDraft
from chat.models import Message, Visitor
from chat.posting import make_entry
from chat.presence import lease_holders
from chat.tokens import make_token
from chat.visitors import log_out_visitor
from tenants.context import in_tenant
from tenants.keys import create_key
from tenants.models import ApiKey
from tenants.provisioning import replace_history
from tests.threads import until_somebody_waits
from tests.transports.clients import Who, gauge, parked
from tests.waiting_for import wait_until


@pytest.fixture
def talk(open_as, as_vera):
    """Vera's conversation, with its seq 2 written."""
    vera = open_as(as_vera)
    vera.where = vera.say("Hello?")["data"]["conversation"]
    vera.follow(vera.where, 2)
    return vera


@pytest.mark.parametrize("encoding", ["json", "proto"])
def test_a_push_answers_at_once(open_as, as_alice, talk, encoding):
    desk = open_as(as_alice, "long_poll", encoding)
    desk.follow(talk.where, 2)
    waiting = desk.park()
    said = time.monotonic()
    talk.say("Now", conversation=talk.where)
    frames = desk.take_answer(waiting.result(5))
    assert time.monotonic() - said < 5
    assert "Now" in [frame["data"].get("text") for frame in frames]
    assert desk.texts() == ["Now"]


def test_the_end_of_the_time_is_an_empty_answer(open_as, as_vera, talk):
    client = open_as(as_vera, "long_poll")
    client.follow(talk.where, 2)
    client.since = None
    answer = client.ask(client.query(1))
    # Where the visitor stands in the queue may be told in between; that is no event.
    frames = [frame for frame in answer.json()["frames"] if frame["type"] != "queue.position_changed"]
    assert (answer.status_code, frames) == (200, [])
    assert answer.json()["ts"] > 0
    assert answer.headers["cache-control"] == "private, no-store"


def test_what_was_missed_answers_without_waiting(open_as, as_vera, as_alice, talk):
    client = open_as(as_vera, "long_poll")
    client.follow(talk.where, 0)
    began = time.monotonic()
    client.receive(25)
    assert time.monotonic() - began < 5
    assert [event["seq"] for event in client.log] == [1, 2]


def test_a_client_that_leaves_is_let_go(open_as, server, as_vera, talk):
    before = parked(server)
    raw = socket.create_connection(("127.0.0.1", server.port))
    headers = {**as_vera.headers, "Host": f"acme.localhost:{server.port}"}
    lines = [f"GET /api/v1/visitor/events?after={talk.where}:2&wait=25 HTTP/1.1"]
    raw.sendall("\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode())
    wait_until(lambda: parked(server) == before + 1)
    raw.close()
    wait_until(lambda: parked(server) == before)


def test_nothing_stays_counted(open_as, server, as_vera, as_alice, talk):
    talk.close()
    wait_until(lambda: gauge(server, "socket") == 0 and parked(server) == 0)


def test_rows_missed_between_two_polls_come_through_since(open_as, as_alice, as_bot, talk):
    for who in (as_alice, as_bot):
        for transport in ("poll", "long_poll"):
            desk = open_as(who, transport)
            talk.say(f"{who.kind} {transport}", conversation=talk.where)  # nobody listens
            row = desk.find(
                lambda frame, text=f"{who.kind} {transport}": (
                    frame["type"] == "conversation.updated" and frame["data"]["rows"][0]["last_message"]["text"] == text
                )
            )
            assert row


def test_a_row_that_was_committed_long_after_its_time_is_told(open_as, as_alice, acme, vera, now):
    """The group commit waited for a lock, and the client asked in the meantime."""
    with in_tenant(acme):
        conversation = open_conversation(vera, now=now - timedelta(hours=1))
    draft, came_in = MessageDraft(uuid4(), text="Late"), timezone.now() - timedelta(seconds=BATCH_SECONDS - 1)
    entry = make_entry(conversation.pk, Author.of_visitor(vera), draft, Message.Visibility.PUBLIC, came_in)
    desk = open_as(as_alice, "poll")

    async def write():
        await writer().write(acme, entry)
        await writer().flush()

    with ThreadPoolExecutor(1) as pool, in_tenant(acme):
        with transaction.atomic():
            lock_conversation(conversation.pk)
            written = pool.submit(asyncio.run, write())
            until_somebody_waits()
            desk.receive(0)
        written.result(10)
    row = desk.expect("conversation.updated")["data"]["rows"][0]
    assert (row["id"], row["last_message"]["text"]) == (str(conversation.pk), "Late")


def test_what_was_told_already_is_no_reason_to_answer_at_once(open_as, as_alice, talk):
    """The overlap of `since` finds the same row for a while: a client that asks again must be made to wait."""
    desk = open_as(as_alice, "long_poll")
    desk.expect("conversation.updated")
    began, questions = time.monotonic(), 0
    while time.monotonic() - began < 1.5:
        desk.receive(25)
        questions += 1
    assert questions <= 4


def test_a_visitor_hears_of_a_conversation_that_another_tab_opened(open_as, as_vera):
    for transport in ("poll", "long_poll"):
        tab, other = open_as(as_vera, transport), open_as(as_vera)
        where = other.say("From the other tab")["data"]["conversation"]
        assert tab.find(lambda frame, where=where: frame.get("conversation") == where and frame.get("seq"))
        other.request("conversation.close", conversation=where)


def test_many_answers_of_one_moment_come_in_one(open_as, as_alice, talk):
    desk = open_as(as_alice, "long_poll")
    desk.follow(talk.where, 2)
    waiting = desk.park()
    frames = [talk.frame("message.create", {"client_id": str(uuid4()), "text": str(n)}, talk.where) for n in range(10)]
    for frame in frames:
        talk.socket.send(json.dumps(frame))
    desk.take_answer(waiting.result(10))
    desk.expect_seq(talk.where, 12)
    assert desk.texts() == [str(n) for n in range(10)]


def test_access_that_ends_ends_the_wait(open_as, server, acme, acme_widget, request):
    if "channels-redis" in request.node.name:
        pytest.skip("the order comes from this process, which publishes over our own layer")
    with in_tenant(acme):
        walter = Visitor.objects.create(name="Walter")
        token = make_token(walter, acme_widget)
    origin = server.origin("acme.localhost")
    client = open_as(Who("visitor", headers={"Authorization": f"Bearer {token}", "Origin": origin}), "long_poll")
    waiting = client.park()
    with in_tenant(acme):
        log_out_visitor(walter)
    answer = waiting.result(5)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def test_another_epoch_is_a_conflict_with_its_own_code(open_as, as_vera, way, talk):
    client = open_as(as_vera, "poll")
    answer = client.ask({**client.query(0), "epoch": str(uuid4())})
    assert (answer.status_code, answer.json()["code"]) == (409, "epoch_changed")


def test_a_question_that_waits_hears_of_another_history(open_as, as_vera, talk, acme, request):
    if "channels-redis" in request.node.name:
        pytest.skip("the order comes from this process, which publishes over our own layer")
    client = open_as(as_vera, "long_poll")
    client.follow(talk.where, 2)
    before, waiting = client.epoch, client.park()
    replace_history(acme)
    if (answer := waiting.result(5)).status_code == 200:
        answer = client.ask({**client.query(25), "epoch": before})  # a hint of the moment before came first
    assert (answer.status_code, answer.json()["code"]) == (409, "epoch_changed")
    # At once, while the server remembers the brand as it was: neither waits with what is gone, nor is refused.
    assert client.ask({**client.query(25), "epoch": before}).status_code == 409
    client.epoch, client.since = str(acme.epoch), None
    assert client.ask(client.query(1)).status_code == 200


def test_presence_is_held_by_the_connection_that_hello_named(open_as, server, as_alice, acme, alice):
    desk = open_as(as_alice, "long_poll")
    assert alice.pk in lease_holders(acme, "agent", time.time() + 15)
    desk.park(25)
    assert alice.pk in lease_holders(acme, "agent", time.time() + 40)


def test_keys_of_a_brand_ask_at_the_installations_host(open_as, as_bot, talk):
    host = Who("app", "localhost", as_bot.headers)
    for transport in ("socket", "long_poll", "poll"):
        bot = open_as(host, transport)
        bot.follow(talk.where)
        bot.expect_seq(talk.where, 2)
        assert bot.texts() == ["Hello?"]


def test_scopes_bind_on_every_transport(open_as, acme, now, talk, way):
    row, text = create_key(acme, kind=ApiKey.Kind.SECRET, name="narrow", now=now, scopes=["messages:write"])
    try:
        bot = open_as(Who("app", headers={"Authorization": f"Bearer {text}"}), *way)
        for command in ("conversation.watch", "conversation.close"):
            answer = bot.request(command, conversation=talk.where)
            assert (answer["type"], answer["data"].get("code")) == ("error", "forbidden")
        refused = bot.request("resume", {"conversations": {talk.where: 0}})
        assert refused["data"].get("code") == "forbidden"
        assert bot.say("allowed", conversation=talk.where)["type"] == "ack"
        if bot.transport == "socket":
            bot.request("ping")
        else:
            bot.since = 1
            assert bot.ask({**bot.query(0), "after": f"{talk.where}:0"}).status_code == 403
            bot.receive(0)
        assert bot.inbox == [], "rows are for keys that may read conversations"
    finally:
        row.delete()
