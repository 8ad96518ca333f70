"""SIGTERM: clients are told, newcomers are refused, what waits is written, and the process is gone in time."""

import json
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPResponse

import pytest
from websockets.exceptions import ConnectionClosed

from chat.connections import DRAIN_SECONDS
from chat.models import Message
from tenants.context import in_tenant
from tests.clients import Server, SocketClient
from tests.server import start_server
from tests.transports.clients import LongPollClient, PollClient, Who, gauge
from tests.transports.codecs import CODECS
from tests.waiting_for import wait_until

GONE_SECONDS = 10


@pytest.fixture
def process():
    """A web process of its own: each test ends it."""
    process, port = start_server()
    process.server = Server(port)  # type: ignore[attr-defined]
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def as_vera(process, vera_token):
    origin = process.server.origin("acme.localhost")
    return Who("visitor", headers={"Authorization": f"Bearer {vera_token}", "Origin": origin})


def ends_within(process, seconds):
    began = time.monotonic()
    process.wait(seconds)
    return time.monotonic() - began


def test_nobody_is_connected(process):
    process.send_signal(signal.SIGTERM)
    assert ends_within(process, GONE_SECONDS) < DRAIN_SECONDS


def test_sockets_and_parked_polls_are_told_and_newcomers_refused(process, as_vera, vera_token):
    server = process.server
    sockets = [SocketClient(server, "visitor", token=vera_token) for _ in range(5)]
    for one in sockets:
        one.hello()
    polls = [LongPollClient(server, as_vera, CODECS["json"]) for _ in range(3)]
    for poll in polls:
        poll.hello()
    waiting = [poll.park() for poll in polls]
    process.send_signal(signal.SIGTERM)
    for one in sockets:
        assert one.expect("drain")["data"] == {}
    for asked in waiting:
        answer = asked.result(5)
        assert (answer.status_code, [f["type"] for f in answer.json()["frames"]]) == (200, ["drain"])

    refused = PollClient(server, as_vera, CODECS["json"]).ask({})
    assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
    assert int(refused.headers["retry-after"]) >= 1
    assert SocketClient(server, "visitor", token=vera_token).close_code() == 1013
    # Those who are still here are served until they go.
    assert sockets[0].say("Still here")["type"] == "ack"
    for one in sockets:
        one.close()
    assert ends_within(process, GONE_SECONDS) < DRAIN_SECONDS


def test_those_who_do_not_listen_are_cut_off(process, vera_token):
    clients = [SocketClient(process.server, "visitor", token=vera_token) for _ in range(3)]
    for one in clients:
        one.hello()
    process.send_signal(signal.SIGTERM)
    assert ends_within(process, GONE_SECONDS + 1) < GONE_SECONDS
    assert {one.close_code() for one in clients} == {1012}


def test_told_twice_it_goes_at_once(process, vera_token):
    client = SocketClient(process.server, "visitor", token=vera_token)
    client.hello()
    process.send_signal(signal.SIGTERM)
    client.expect("drain")
    process.send_signal(signal.SIGTERM)
    assert ends_within(process, GONE_SECONDS) < DRAIN_SECONDS


def test_what_was_acked_is_written_and_what_was_sent_is_acked_or_unknown(process, vera_token, acme):
    client = SocketClient(process.server, "visitor", token=vera_token)
    client.hello()
    where = client.say("first")["data"]["conversation"]
    acked = []

    def keep_talking():
        try:
            while True:
                acked.append(client.say(str(len(acked)), conversation=where)["data"]["id"])
        except (ConnectionClosed, KeyError, TimeoutError):
            return

    with ThreadPoolExecutor(1) as pool:
        talking = pool.submit(keep_talking)
        wait_until(lambda: len(acked) > 3)
        process.send_signal(signal.SIGTERM)
        talking.result(GONE_SECONDS + 5)
    ends_within(process, GONE_SECONDS)
    with in_tenant(acme):
        written = {str(pk) for pk in Message.objects.filter(pk__in=acked).values_list("pk", flat=True)}
    assert written == set(acked)


def test_a_question_in_the_middle_of_the_drain_does_not_park(process, as_vera, vera_token):
    """It would hold the process for as long as it waits."""
    holder = SocketClient(process.server, "visitor", token=vera_token)
    holder.hello()
    late = LongPollClient(process.server, as_vera, CODECS["json"])
    late.hello()
    process.send_signal(signal.SIGTERM)
    holder.expect("drain")
    answer = late.ask(late.query(25))
    assert answer.status_code == 503
    assert gauge(process.server, "long_poll") == 0
    holder.close()
    assert ends_within(process, GONE_SECONDS) < DRAIN_SECONDS


def test_a_request_under_way_is_answered(process, as_vera, vera_token):
    talker = SocketClient(process.server, "visitor", token=vera_token)
    where = talker.say("Hello?")["data"]["conversation"]
    client = PollClient(process.server, as_vera, CODECS["json"])
    frame = client.frame("message.create", {"client_id": "01890000-0000-7000-8000-000000000000", "text": "x"}, where)
    body = json.dumps({"frames": [frame]}).encode()
    named = {"Host": f"acme.localhost:{process.server.port}", "Content-Type": "application/json"}
    named |= {"Content-Length": str(len(body)), "Expect": "100-continue"}
    lines = [f"{name}: {value}\r\n" for name, value in (as_vera.headers | named).items()]
    with socket.create_connection(("127.0.0.1", process.server.port), timeout=20) as line:
        line.sendall(f"POST /api/v1/visitor/frames HTTP/1.1\r\n{''.join(lines)}\r\n".encode())
        assert b" 100 " in line.recv(1000), "Whoever is let in is asked for the rest."
        process.send_signal(signal.SIGTERM)
        talker.expect("drain")
        line.sendall(body)
        answer = HTTPResponse(line)
        answer.begin()
        assert [frame["type"] for frame in json.loads(answer.read())["frames"]] == ["ack"]
    talker.close()
    ends_within(process, GONE_SECONDS)
