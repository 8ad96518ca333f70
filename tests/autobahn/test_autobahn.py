"""Every case against an echo behind our command line, and against our own endpoint, which says other things."""

from collections.abc import Iterator

import pytest

from tests.autobahn.cases import Case, all_cases
from tests.autobahn.raw import RawSocket, Sent, open_socket
from tests.autobahn.run import NON_STRICT, PASSED, run_case
from tests.autobahn.server import echo_server

CASES = all_cases()
# The connection ends with the fault at once, before what came in the same packet is answered (3 to 5), and a frame is
# looked at when it is complete (6.4.3, 6.4.4): docs/reliability/websocket.md.
MAY_BE_LENIENT = ("3.2", "3.3", "3.4", "4.1.3", "4.1.4", "4.1.5", "4.2.3", "4.2.4", "4.2.5", "5.15", "6.4.3", "6.4.4")


@pytest.fixture(scope="module")
def echo() -> Iterator[int]:
    with echo_server() as port:
        yield port


def test_the_cases_are_autobahns() -> None:
    chapters = [case.number.split(".")[0] for case in CASES]
    assert {chapter: chapters.count(chapter) for chapter in set(chapters)} == {
        "1": 16,
        "2": 11,
        "3": 7,
        "4": 10,
        "5": 20,
        "6": 145,
        "7": 37,
        "10": 1,
    }
    assert len({case.number for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.number)
def test_case(case: Case, echo: int) -> None:
    outcome = run_case(case, open_socket(echo))
    assert outcome.verdict in PASSED, outcome.detail
    assert outcome.verdict != NON_STRICT or case.number in MAY_BE_LENIENT


@pytest.mark.parametrize("chapter", ["1", "2", "3", "4", "5", "6", "7", "10"])
@pytest.mark.parametrize("encoding", ["json", "proto"])
def test_our_own_endpoint(chapter: str, encoding: str, server, vera_token) -> None:
    """Pings are answered, wrong frames end the connection with the right code, and others notice nothing."""
    headers = {
        "Host": f"acme.localhost:{server.port}",
        "Origin": server.origin("acme.localhost"),
        "Authorization": f"Bearer {vera_token}",
        "Sec-WebSocket-Protocol": f"kefu.v1.{encoding}",
    }

    def connect() -> RawSocket:
        line = open_socket(server.port, "/ws/v1/visitor", headers)
        assert (hello := line.next_event(10)) is not None
        assert b"hello" in hello.payload
        return line

    neighbour = connect()
    for case in CASES:
        if case.number.split(".")[0] == chapter:
            outcome = run_case(case, connect(), is_echo=False)
            assert outcome.verdict in PASSED, f"{case.number} {case.about}: {outcome.detail}"
    neighbour.send(Sent(9, b"still there?"))
    while (event := neighbour.next_event(10)) is not None and event.kind == "message":
        pass
    assert event is not None
    assert (event.kind, event.payload) == ("pong", b"still there?")
    neighbour.close()
