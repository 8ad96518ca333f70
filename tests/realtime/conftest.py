from collections.abc import Callable

import pytest

from tests.clients import SocketClient


@pytest.fixture
def as_agent(connect: Callable[..., SocketClient], make_session: Callable[..., str]) -> Callable[..., SocketClient]:
    """`as_agent(alice)`: an agent's socket at its brand, after hello."""

    def _connect(agent, tenant) -> SocketClient:
        client = connect("agent", host=f"{tenant.slug}.localhost", session=make_session(agent, tenant))
        client.hello()
        return client

    return _connect
