"""Bounds on connections, and that they leave no trace."""

import asyncio
import os
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import psycopg
import pytest
from psycopg import sql
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect as open_socket

from chat.connections import Connections, address_of
from chat.errors import Overloaded, RateLimited
from chat.keys import leases_key
from chat.models import Visitor
from chat.redis_clients import redis_client
from chat.tokens import make_token
from tenants.context import in_tenant
from tenants.hosts import MEMORY_SECONDS
from tests.clients import Server, SocketClient
from tests.server import running_server
from tests.transports.clients import LongPollClient, Who, gauge
from tests.transports.codecs import CODECS
from tests.waiting_for import wait_until

ORIGIN_HOST = "acme.localhost"
# The pool waits 15 s for a connection to a database that is away, and the handshake with it.
OPEN_SECONDS = 60


class Line:
    """A connection as the registry sees it."""

    def __init__(self, kind="visitor", brand=None, pk=None):
        tenant = SimpleNamespace(pk=brand or uuid4())
        self.participant = SimpleNamespace(kind=kind, tenant=tenant, me=pk or uuid4())
        self.is_told = self.is_dead = self.is_ended = False

    def drain(self):
        self.is_told = True

    def is_silent(self, now):
        return self.is_dead

    def end_idle(self):
        self.is_ended = True


@pytest.fixture
def narrow(settings):
    settings.MAX_CONNECTIONS_PER_ADDRESS, settings.MAX_CONNECTIONS_PER_BRAND = 3, 5
    return Connections()


async def test_an_address_has_so_many_and_this_machine_any_number(narrow):
    for _ in range(3):
        narrow.add(Line(), "192.0.2.1", "socket")
    with pytest.raises(RateLimited):
        narrow.check_address("192.0.2.1")
    with pytest.raises(RateLimited):  # who passed the check before the others were counted
        narrow.add(Line(), "192.0.2.1", "socket")
    narrow.add(Line(), "192.0.2.2", "socket")
    for _ in range(10):
        narrow.add(Line(), "127.0.0.1", "socket")


async def test_a_brand_has_so_many_and_others_are_not_touched(narrow):
    brand = uuid4()
    for _ in range(5):
        narrow.add(Line(brand=brand), "127.0.0.1", "socket")
    with pytest.raises(RateLimited):
        narrow.add(Line(brand=brand), "127.0.0.1", "socket")
    narrow.add(Line(), "127.0.0.1", "socket")


async def test_what_ends_leaves_nothing(narrow):
    lines = [Line() for _ in range(3)]
    for line in lines:
        narrow.add(line, "192.0.2.1", "socket")
    for line in [*lines, *lines, Line()]:
        narrow.remove(line, "192.0.2.1", "socket")
    assert not (narrow._live or narrow._by_participant or narrow._by_brand or narrow._by_address)


async def test_only_the_silent_are_ended(narrow):
    lines = [Line(), Line()]
    for line in lines:
        narrow.add(line, "127.0.0.1", "socket")
    lines[0].is_dead = True
    narrow._sweep()
    assert [line.is_ended for line in lines] == [True, False]


async def test_looks_do_not_pile_up(narrow, monkeypatch):
    begun, may_end = [], asyncio.Event()

    async def look(lines):
        begun.append(len(lines))
        await may_end.wait()

    monkeypatch.setattr("chat.connections.close_ended", look)
    for _ in range(3):
        narrow._sweep()
        await asyncio.sleep(0.01)
    assert len(begun) == 1
    may_end.set()
    await asyncio.sleep(0.01)
    narrow._sweep()
    await asyncio.sleep(0.01)
    assert len(begun) == 2


async def test_a_drain_takes_nobody_in_and_ends_with_the_last(narrow):
    line = Line()
    narrow.add(line, "127.0.0.1", "socket")
    draining = asyncio.create_task(narrow.drain())
    await asyncio.sleep(0)
    assert line.is_told
    with pytest.raises(Overloaded):
        narrow.add(Line(), "127.0.0.1", "socket")
    narrow.remove(line, "127.0.0.1", "socket")
    await asyncio.wait_for(draining, 1)


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (("192.0.2.1", 5), "192.0.2.1"),
        (("2001:db8:1:2:3:4:5:6", 5), "2001:db8:1:2::/64"),
        (("::ffff:192.0.2.1", 5), "192.0.2.1"),
        (("::1", 5), "::1"),
        (("fe80::1%eth0", 5), "fe80::/64"),
        (("no:address", 5), "no:address"),
        (None, ""),
    ],
)
def test_the_address_that_counts(client, address):
    """Of IPv6 the network: whoever has one address has a whole /64 of them."""
    assert address_of({"client": client}) == address


# ---- a running server ----


@pytest.fixture(scope="module")
def bounded(brands) -> Iterator[Server]:
    options = {"KF_MAX_CONNECTIONS_PER_ADDRESS": "3", "KF_MAX_CONNECTIONS_PER_BRAND": "8"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KF_TRUSTED_PROXIES", "127.0.0.1")  # the command line is made in this process
        with running_server(**options) as port:
            yield Server(port)


@pytest.fixture
def dial(bounded, acme, acme_widget):
    """`dial("192.0.2.1")`: a visitor's socket as if it came from there."""
    opened = []

    def _dial(address, token=""):
        if not token:
            with in_tenant(acme):
                token = make_token(Visitor.objects.create(name="V"), acme_widget)
        client = SocketClient.__new__(SocketClient)
        client.inbox = []
        client.socket = open_socket(
            f"ws://{ORIGIN_HOST}:{bounded.port}/ws/v1/visitor",
            sock=socket.create_connection(("127.0.0.1", bounded.port)),
            subprotocols=["kefu.v1.json", f"kefu.token.{token}"],
            additional_headers={"X-Forwarded-For": address, "X-Forwarded-Proto": "http"},
            origin=bounded.origin(ORIGIN_HOST),
            legacy=True,
            open_timeout=OPEN_SECONDS,
        )
        opened.append(client)
        return client

    yield _dial
    for client in opened:
        client.close()
    wait_until(lambda: gauge(bounded, "socket") == 0)


def test_one_address_cannot_take_all(dial, bounded, vera_token):
    for _ in range(3):
        dial("192.0.2.1").hello()
    assert dial("192.0.2.1").close_code() == 4429
    dial("192.0.2.2").hello()
    headers = {"Authorization": f"Bearer {vera_token}", "Origin": bounded.origin(ORIGIN_HOST)}
    poll = LongPollClient(bounded, Who("visitor", headers={**headers, "X-Forwarded-For": "192.0.2.1"}), CODECS["json"])
    answer = poll.ask({})
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert int(answer.headers["retry-after"]) >= 1


def test_one_brand_cannot_take_all(dial, bounded, globex, globex_widget):
    for number in range(8):
        dial(f"192.0.2.{number + 10}").hello()
    assert dial("192.0.2.99").close_code() == 4429
    with in_tenant(globex):
        token = make_token(Visitor.objects.create(name="Gus"), globex_widget)
    other = SocketClient(bounded, "visitor", host="globex.localhost", token=token)
    assert other.hello()
    other.close()


def test_one_visitor_cannot_take_all(connect, vera_token):
    for _ in range(20):
        connect("visitor", token=vera_token).hello()
    assert connect("visitor", token=vera_token).close_code() == 4429


def test_a_spoofed_address_counts_only_behind_a_proxy(server, vera_token):
    """No proxy is trusted there: what the client says about its address is not read."""
    client = SocketClient(server, "visitor", token=vera_token)
    assert client.hello()
    client.close()


def test_however_it_ends_nothing_stays(server, acme, vera_token, vera):
    """Closed in order, cut off by reset, gone in the middle of the handshake."""
    wait_until(lambda: gauge(server, "socket") == 0)
    clients = [SocketClient(server, "visitor", token=vera_token) for _ in range(6)]
    for client in clients:
        client.hello()
    assert gauge(server, "socket") == 6
    for client in clients[:2]:
        client.close()
    for client in clients[2:]:  # a reset instead of a closing
        raw = client.socket.socket
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raw.close()
    half = socket.create_connection(("127.0.0.1", server.port))
    half.sendall(b"GET /ws/v1/visitor HTTP/1.1\r\nHost: acme.localhost\r\nUpgrade: websocket\r\n")
    half.close()
    wait_until(lambda: gauge(server, "socket") == 0)
    topics = [name for name in redis_client().pubsub_channels() if vera.pk.hex.encode() in name]
    assert topics == []
    wait_until(lambda: not redis_client().zrangebyscore(leases_key(acme), time.time() + 9, "+inf"))


# ---- frames ----


@pytest.fixture(params=["json", "proto"])
def raw_vera(request, server, vera_token):
    codec = CODECS[request.param]
    headers = {"Authorization": f"Bearer {vera_token}"}
    with open_socket(
        f"ws://{ORIGIN_HOST}:{server.port}/ws/v1/visitor",
        sock=socket.create_connection(("127.0.0.1", server.port)),
        subprotocols=[codec.subprotocol],
        additional_headers=headers,
        origin=server.origin(ORIGIN_HOST),
        compression=None,
        legacy=True,
    ) as line:
        line.codec = codec  # type: ignore[attr-defined]
        assert codec.read(line.recv(timeout=10))["type"] == "hello"
        yield line


def answers(line):
    return line.codec.read(line.recv(timeout=10))


def is_alive(line):
    line.send(line.codec.write({"type": "ping", "id": "p", "data": {}}))
    while True:
        frame = answers(line)
        if frame.get("reply_to") == "p":
            return frame["type"] == "pong"


@pytest.mark.parametrize("frame", ["", b"", "{}", b"{}", "x" * 66_000, b"x" * 66_000, b"\xff" * 40, "[[[["])
def test_a_wrong_frame_gets_a_code_and_the_line_lives(raw_vera, frame):
    raw_vera.send(frame)
    assert answers(raw_vera)["data"]["code"] in ("malformed", "too_large", "unknown_type", "invalid")
    assert is_alive(raw_vera)


def test_a_frame_in_many_fragments_is_one_frame(raw_vera):
    text = raw_vera.codec.write({"type": "ping", "id": "f", "data": {}})
    raw_vera.send(iter([text[index : index + 1] for index in range(len(text))]))
    answer = answers(raw_vera)
    assert (answer["type"], answer["reply_to"]) == ("pong", "f")


def test_a_frame_beyond_all_bounds_ends_the_line(raw_vera):
    """The server's own bound, before anything is read into memory: 1009."""
    raw_vera.send(b"x" * 200_000 if raw_vera.codec.name == "proto" else "x" * 200_000)
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            raw_vera.recv(timeout=10)
    assert closed.value.rcvd.code == 1009


def test_ten_wrong_frames_are_enough(raw_vera):
    with pytest.raises(ConnectionClosed) as closed:
        for _ in range(10):
            raw_vera.send(b"\xff" if raw_vera.codec.name == "proto" else "x")
        while True:
            raw_vera.recv(timeout=10)
    assert closed.value.rcvd.code == 4400


@contextmanager
def away_database(name: str):
    """Nobody gets in any more, and those who call themselves so are thrown out."""
    url = urlsplit(os.environ["KF_DATABASE_URL"])
    database = sql.Identifier(url.path.lstrip("/"))
    with psycopg.connect(os.environ["KF_TEST_DATABASE_URL"], autocommit=True) as admin:
        admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(database))
        try:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", [name])
            yield
        finally:
            admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(database))


@pytest.mark.parametrize("is_remembered", [True, False])
def test_hello_while_the_database_is_away(vera_token, is_remembered):
    """An outage is no fault of the client's: try later, and nothing of it is told. Nor is it when the process does not
    remember any more whose host that is."""
    with running_server(PGAPPNAME="doomed") as port:
        server = Server(port)
        assert SocketClient(server, "visitor", token=vera_token).hello()
        headers = {"Authorization": f"Bearer {vera_token}", "Origin": server.origin(ORIGIN_HOST)}
        poll = LongPollClient(server, Who("visitor", headers=headers), CODECS["json"])
        with away_database("doomed"):
            if not is_remembered:
                time.sleep(MEMORY_SECONDS + 0.5)
            asked = poll.pool.submit(poll.ask, {})
            with (
                pytest.raises(ConnectionClosed) as closed,
                open_socket(
                    f"ws://{ORIGIN_HOST}:{port}/ws/v1/visitor",
                    sock=socket.create_connection(("127.0.0.1", port)),
                    subprotocols=["kefu.v1.json", f"kefu.token.{vera_token}"],
                    origin=server.origin(ORIGIN_HOST),
                    legacy=True,
                    open_timeout=OPEN_SECONDS,
                ) as line,
            ):
                line.recv(timeout=OPEN_SECONDS)
            assert closed.value.rcvd.code == 1013
            answer = asked.result(OPEN_SECONDS)
            assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
            assert "retry-after" in answer.headers
            asked_for = {"/api/v1/visitor/conversations": "problem+json"}
            if not is_remembered:  # else the page itself needs no database
                asked_for["/account/sign-in"] = "text/html"
            for path, kind in asked_for.items():
                page = httpx.get(server.url("127.0.0.1", path), headers={**headers, "Host": ORIGIN_HOST}, timeout=30)
                assert (page.status_code, page.headers["retry-after"]) == (503, "2")
                assert kind in page.headers["content-type"]
        wait_until(lambda: poll.ask({}).status_code == 200, 30)
