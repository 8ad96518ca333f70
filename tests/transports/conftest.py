"""The same suite over three transports, two encodings and two layers; one server for each layer."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest

from tests.clients import Server
from tests.server import running_server
from tests.transports.clients import TRANSPORTS, Client, Who
from tests.transports.codecs import CODECS

LAYERS = ("kefu", "channels-redis")
WAYS = tuple(product(TRANSPORTS, CODECS))
Open = Callable[..., Any]


@pytest.fixture(scope="session", params=LAYERS)
def server(request: pytest.FixtureRequest, brands: Any) -> Iterator[Server]:
    """A real web process over each layer."""
    with running_server(KF_CHANNEL_LAYER=request.param) as port:
        yield Server(port)


@pytest.fixture(params=WAYS, ids=["-".join(way) for way in WAYS])
def way(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Transport and encoding of the one whom a test is about; all others use a socket with JSON."""
    return request.param


@pytest.fixture
def open_as(server: Server) -> Iterator[Open]:
    """`open_as(who, *way)`: a client, after hello; closed at the end of the test."""
    opened: list[Client] = []

    def _open(who: Who, transport: str = "socket", encoding: str = "json", *, then: Client | None = None) -> Client:
        client = TRANSPORTS[transport](server, who, CODECS[encoding])
        opened.append(client)
        if then is not None:
            client.take_over(then)
        client.hello()  # type: ignore[attr-defined]
        return client

    yield _open
    for client in opened:
        client.close()


@pytest.fixture
def as_vera(server: Server, vera_token: str) -> Who:
    origin = server.origin("acme.localhost")
    return Who("visitor", headers={"Authorization": f"Bearer {vera_token}", "Origin": origin})


@pytest.fixture
def as_agent(server: Server, make_session: Any) -> Callable[..., Who]:
    def _who(agent: Any, tenant: Any) -> Who:
        host = f"{tenant.slug}.localhost"
        headers = {"Cookie": f"kefu_session={make_session(agent, tenant)}", "Origin": server.origin(host)}
        return Who("agent", host, headers)

    return _who


@pytest.fixture
def as_alice(as_agent: Any, alice: Any, acme: Any) -> Who:
    return as_agent(alice, acme)


@pytest.fixture
def as_mallory(as_agent: Any, mallory: Any, globex: Any) -> Who:
    return as_agent(mallory, globex)


@pytest.fixture
def as_bot(acme_key: str) -> Who:
    return Who("app", headers={"Authorization": f"Bearer {acme_key}"})
