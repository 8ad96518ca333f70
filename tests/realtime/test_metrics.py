"""/metrics count what docs/realtime.md says: each is provoked, and read before and after.

One server of our own: nobody else's connections come or go while these are counted.
"""

import asyncio
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from prometheus_client import REGISTRY

from chat.authors import Author
from chat.conversations import open_conversation
from chat.layer import hub as hub_module
from chat.layer.shard import MAX_WAITING, Shard
from chat.message_log.writer import writer
from chat.messages import MessageDraft
from chat.models import Visitor
from chat.posting import make_entry
from tenants.context import in_tenant
from tests.clients import Server
from tests.realtime.metrics import Metrics, metrics
from tests.server import running_server
from tests.transports.clients import Client, LongPollClient, PollClient, SocketClient, Who, parked
from tests.transports.codecs import CODECS
from tests.waiting_for import wait_until

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture(scope="module")
def server(brands: Any) -> Iterator[Server]:
    with running_server() as port:
        yield Server(port)


@pytest.fixture
def as_vera(server: Server, vera_token: str) -> Who:
    headers = {"Authorization": f"Bearer {vera_token}", "Origin": server.origin("acme.localhost")}
    return Who("visitor", headers=headers)


@pytest.fixture
def as_alice(server: Server, make_session: Any, alice: Any, acme: Any) -> Who:
    session = make_session(alice, acme)
    return Who("agent", headers={"Cookie": f"kefu_session={session}", "Origin": server.origin("acme.localhost")})


@pytest.fixture
def as_bot(acme_key: str) -> Who:
    return Who("app", headers={"Authorization": f"Bearer {acme_key}"})


@pytest.fixture
def open_as(server: Server) -> Iterator[Any]:
    opened: list[Client] = []

    def _open(who: Who, transport: Any = SocketClient) -> Any:
        opened.append(transport(server, who, CODECS["json"]))
        opened[-1].hello()  # type: ignore[attr-defined]
        return opened[-1]

    yield _open
    for client in opened:
        client.close()
    wait_until(lambda: not any(metrics(server).connections().values()))


def here(name: str, **labels: str) -> float:
    """In the tests' own process."""
    return REGISTRY.get_sample_value(name, labels) or 0


def test_connections_by_transport_and_kind(server, open_as, as_vera, as_alice, as_bot):
    def now() -> Metrics:
        return metrics(server)

    assert not any(now().connections().values())
    vera, other_tab, alice, bot = (open_as(who) for who in (as_vera, as_vera, as_alice, as_bot))
    waits = open_as(as_vera, LongPollClient)
    assert now().of("kefu_connections", "long_poll", "visitor") == 0  # between questions nobody is connected
    question = waits.park()
    expected = {("socket", "visitor"): 2, ("agent", "socket"): 1, ("app", "socket"): 1, ("long_poll", "visitor"): 1}
    found = {labels: int(value) for labels, value in now().connections().items() if value}
    assert found == {tuple(sorted(labels)): value for labels, value in expected.items()}
    vera.say("Hello?")
    question.result(10)
    for client in (other_tab, alice, bot):
        client.close()
    wait_until(lambda: sum(now().connections().values()) == 1)
    assert now().of("kefu_connections", "socket", "visitor") == 1
    assert parked(server) == 0


def test_the_rung_of_the_ladder(server, open_as, as_vera):
    """A client that goes down the ladder is seen on each rung; who only says hello asks nothing yet."""
    before = metrics(server)
    where = open_as(as_vera).say("Hello?")["data"]["conversation"]
    for transport, questions in ((LongPollClient, 1), (PollClient, 3)):
        client = open_as(as_vera, transport)
        client.follow(where)
        for _ in range(questions):
            client.receive(1)
        assert client.texts() == ["Hello?"]
    after = metrics(server)
    assert after.since(before, "kefu_questions_total", "long_poll", "visitor") == 1
    assert after.since(before, "kefu_questions_total", "poll", "visitor") == 3
    assert after.since(before, "kefu_questions_total", "poll", "agent") == 0


def test_resumes_whole_and_partial(server, open_as, as_vera, as_alice, globex_conversation):
    where = open_as(as_vera).say("Hello?")["data"]["conversation"]
    desk = open_as(as_alice)

    def counted(positions: dict[str, int], **more: str) -> tuple[float, float]:
        before = metrics(server)
        desk.request("resume", {"conversations": positions, **more})
        after = metrics(server)
        return tuple(after.since(before, "kefu_resumes_total", result) for result in ("whole", "partial"))

    assert counted({where: 0}) == (1, 0)
    assert counted({where: 2}) == (1, 0)  # nothing was missed
    assert counted({where: 99}) == (0, 1)  # it was never so far
    assert counted({where: 0}, epoch=str(uuid4())) == (0, 1)
    assert counted({str(globex_conversation.pk): 0, str(uuid4()): 0}) == (0, 0)  # what does not exist is not resumed
    assert counted({}) == (0, 0)


def test_recognised_repetitions_at_every_door(server, open_as, as_vera, as_alice):
    vera, key = open_as(as_vera), str(uuid4())

    def counted(client: Any, text: str, conversation: str | None) -> float:
        before = metrics(server)
        client.say(text, conversation=conversation, client_id=key)
        return metrics(server).since(before, "kefu_log_duplicates_total")

    assert counted(vera, "Hello?", None) == 0
    assert counted(vera, "Hello?", None) == 1  # the ack of the first message was lost: by the verb
    (where,) = {event["conversation"] for event in vera.inbox if event["type"] == "message.created"}
    assert counted(vera, "Hello?", where) == 1  # by the group commit
    assert counted(open_as(as_vera, PollClient), "Hello?", where) == 1
    assert counted(vera, "Another", where) == 0  # a conflict is no repetition
    desk = open_as(as_alice)
    assert counted(desk, "Yes", where) == 0  # another author's key
    assert counted(desk, "Yes", where) == 1


def test_messages_and_seconds_per_commit(server, open_as, as_vera):
    vera = open_as(as_vera)
    where = vera.say("Hello?")["data"]["conversation"]
    before, started = metrics(server), time.monotonic()
    for number in range(3):
        vera.say(str(number), conversation=where)
    took, after = time.monotonic() - started, metrics(server)
    for name in ("kefu_log_batch_size", "kefu_log_batch_seconds"):
        assert after.since(before, f"{name}_count") == 3  # one after the other: a commit for each
    assert after.since(before, "kefu_log_batch_size_sum") == 3
    assert 0 < after.since(before, "kefu_log_batch_seconds_sum") < took


@pytest.fixture
def conversation(acme, now):
    with in_tenant(acme):
        return open_conversation(Visitor.objects.create(name="Vera"), now=now)


async def test_a_batch_is_counted_as_one_commit_of_many(acme, conversation):
    author = Author.of_visitor(conversation.visitor)

    def entry(text: str) -> Any:
        return make_entry(conversation.pk, author, MessageDraft(uuid4(), text=text), "public", timezone.now())

    names = ("kefu_log_batch_size_count", "kefu_log_batch_size_sum", "kefu_log_batch_seconds_count")
    before = [here(name) for name in names]
    await asyncio.gather(*(writer().write(acme, entry(str(number))) for number in range(7)))
    await writer().flush()
    assert [here(name) - old for name, old in zip(names, before, strict=True)] == [1, 7, 1]


def test_delivery_is_observed_where_somebody_listens(server, open_as, as_vera, as_alice):
    speaker = open_as(as_vera, PollClient)
    where = speaker.say("Hello?")["data"]["conversation"]
    before = metrics(server)
    speaker.say("Nobody is there", conversation=where)
    assert metrics(server).since(before, "kefu_delivery_seconds_count") == 0
    desk = open_as(as_alice)
    desk.follow(where, 3)
    before, started = metrics(server), time.monotonic()
    speaker.say("And now?", conversation=where)
    desk.expect_seq(where, 4)
    desk.find(lambda frame: frame["type"] == "conversation.updated" and frame["data"]["rows"][-1]["top"] == 4)
    after, took = metrics(server), time.monotonic() - started
    observed = after.since(before, "kefu_delivery_seconds_count")
    assert observed >= 2  # the event, and the row of the desk's list
    assert 0 < after.since(before, "kefu_delivery_seconds_sum") < observed * took


def test_delivery_is_measured_from_publishing():
    payload = bytearray(hub_module.pack({"type": "push", "text": "{}"}))
    hub_module._stamp.pack_into(payload, 1, time.time() - 3)
    before = here("kefu_delivery_seconds_sum"), here("kefu_delivery_seconds_count")
    hub_module.unpack(bytes(payload))
    assert here("kefu_delivery_seconds_sum") - before[0] == pytest.approx(3, abs=1)
    assert here("kefu_delivery_seconds_count") - before[1] == 1


async def test_what_the_layer_does_not_hand_on():
    full, lost = {"reason": "queue_full"}, {"reason": "redis"}
    before = here("kefu_layer_dropped_total", **full), here("kefu_layer_dropped_total", **lost)
    shard = Shard(NOWHERE, lambda topic, payload: None, lambda: None, b"gap")
    for _ in range(MAX_WAITING + 3):  # in one moment, before any of them can leave
        shard.publish("topic", b"x")
    assert here("kefu_layer_dropped_total", **full) - before[0] == 3
    await shard.close()
    shard = Shard(NOWHERE, lambda topic, payload: None, lambda: None, b"gap")
    for _ in range(5):
        shard.publish("topic", b"x")
    await shard.finish()
    assert here("kefu_layer_dropped_total", **lost) - before[1] == 5
    assert here("kefu_layer_dropped_total", **full) - before[0] == 3
    await shard.close()
