"""Wrong tokens at sockets and polls count for the address that a trusted proxy names; right ones open as ever."""

import socket
from collections.abc import Iterator

import pytest
from websockets.sync.client import connect as open_socket

from tests.account.conftest import forget_attempts
from tests.clients import Server, SocketClient
from tests.server import running_server
from tests.transports.clients import LongPollClient, Who
from tests.transports.codecs import CODECS

HOST = "acme.localhost"
SIZE = 3
OFFICE, HOME = "203.0.113.9", "198.51.100.7"
WRONG_TOKEN, WRONG_KEY = "aaa.bbb.ccc", "kf_sk_" + "x" * 32


@pytest.fixture(scope="module")
def strict(brands: object) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KF_TRUSTED_PROXIES", "127.0.0.1")  # the command line is made in this process
        with running_server(KF_FAILED_ATTEMPTS_PER_ADDRESS=str(SIZE)) as port:
            yield Server(port)


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    forget_attempts()
    yield
    forget_attempts()


def dial(server: Server, token: str, *, kind: str = "visitor", address: str = OFFICE) -> SocketClient:
    """A socket as if it came from the address."""
    client = SocketClient.__new__(SocketClient)
    client.inbox = []
    client.socket = open_socket(
        f"ws://{HOST}:{server.port}/ws/v1/{kind}",
        sock=socket.create_connection(("127.0.0.1", server.port)),
        subprotocols=["kefu.v1.json", f"kefu.token.{token}"],  # type: ignore[list-item]
        additional_headers={"X-Forwarded-For": address, "X-Forwarded-Proto": "http"},
        origin=server.origin(HOST) if kind == "visitor" else None,  # type: ignore[arg-type]
        legacy=True,
        open_timeout=60,
    )
    return client


def greets(client: SocketClient) -> bool:
    try:
        return bool(client.hello())
    finally:
        client.close()


def poll(server: Server, token: str, *, address: str = OFFICE) -> tuple[int, str, int]:
    headers = {"Authorization": f"Bearer {token}", "Origin": server.origin(HOST), "X-Forwarded-For": address}
    answer = LongPollClient(server, Who("visitor", headers=headers), CODECS["json"]).ask({})
    code = answer.json()["code"] if answer.status_code != 200 else ""
    return answer.status_code, code, int(answer.headers.get("retry-after", 0))


def test_wrong_tokens_of_sockets_are_counted_and_right_ones_open(strict: Server, vera_token: str) -> None:
    for _ in range(SIZE + 1):
        assert greets(dial(strict, vera_token))
    assert [dial(strict, WRONG_TOKEN).close_code() for _ in range(SIZE)] == [4401] * SIZE
    assert dial(strict, WRONG_TOKEN).close_code() == 4429
    assert dial(strict, WRONG_KEY, kind="app").close_code() == 4429
    assert greets(dial(strict, vera_token))
    assert dial(strict, WRONG_TOKEN, address=HOME).close_code() == 4401


def test_keys_of_sockets_are_counted_and_right_ones_open(strict: Server, acme_key: str, globex_key: str) -> None:
    assert [dial(strict, globex_key, kind="app").close_code() for _ in range(SIZE)] == [4401] * SIZE
    assert dial(strict, WRONG_KEY, kind="app").close_code() == 4429
    assert greets(dial(strict, acme_key, kind="app"))


def test_wrong_tokens_of_polls_are_counted_and_right_ones_open(strict: Server, vera_token: str) -> None:
    assert [poll(strict, WRONG_TOKEN)[:2] for _ in range(SIZE)] == [(401, "unauthenticated")] * SIZE
    status, code, wait = poll(strict, WRONG_TOKEN)
    assert (status, code) == (429, "rate_limited")
    assert 1 <= wait <= 900 / SIZE + 1
    assert poll(strict, vera_token)[0] == 200
    assert poll(strict, WRONG_TOKEN, address=HOME)[:2] == (401, "unauthenticated")
