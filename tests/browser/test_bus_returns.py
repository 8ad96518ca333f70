"""Valkey dies under an open console and comes back: what the lists were not told of meanwhile, they show."""

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocket, expect

from agents.assignments import take_conversation
from chat.conversations import open_conversation
from chat.models import Visitor
from kefu_project.embedded.valkey import Valkey
from tenants.context import in_tenant
from tests.browser.desk import rows
from tests.clients import Server
from tests.server import running_server
from tests.valkey import own_valkey


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    with own_valkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture(scope="module")
def server(brands: Any, valkey: Valkey) -> Iterator[Server]:
    with running_server(KF_REDIS_URL=valkey.url) as port:
        yield Server(port)


def test_a_list_shows_what_was_assigned_while_the_bus_was_away(desk: Page, valkey, acme, alice, now):
    opened: list[WebSocket] = []
    frames: list[Any] = []

    def note(socket: WebSocket) -> None:
        opened.append(socket)
        socket.on("framereceived", lambda frame: frames.append(frame))

    desk.on("websocket", note)
    desk.reload()
    while not frames:
        desk.wait_for_timeout(20)
    opened.clear()
    desk.get_by_role("button", name="Mine").click()
    expect(rows(desk)).to_have_count(0)
    os.kill(valkey.child.pid, signal.SIGKILL)
    valkey.child.wait()
    # This process has another Valkey: nothing of it is told to the console.
    with in_tenant(acme):
        conversation = open_conversation(Visitor.objects.create(name="Una"), now=now)
        take_conversation(conversation.pk, agent=alice, now=now)
    valkey.start(preferred_port=valkey.port)
    expect(desk.get_by_role("link", name="Una")).to_be_visible()
    assert not opened, "The row came with another connection."
