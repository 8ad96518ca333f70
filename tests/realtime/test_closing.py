"""A connection that is told to close while its client takes nothing: a real consumer, a server played here."""

import asyncio
from typing import Any

import pytest

from chat.participants.visitor import VisitorParticipant
from chat.protocol import CLOSE_AUTHENTICATION, CLOSE_IDLE, CLOSE_RECONNECT
from tests.realtime.played import Played
from tests.waiting_for import until


def push(text: str) -> dict[str, Any]:
    return {"type": "push", "text": f'{{"type":"x","data":"{text}"}}'}


@pytest.mark.parametrize("code", [CLOSE_AUTHENTICATION, CLOSE_RECONNECT, CLOSE_IDLE])
async def test_closing_does_not_wait_for_who_does_not_read(acme: Any, vera_token: str, code: int) -> None:
    server = Played(VisitorParticipant, acme, token=vera_token)
    await server.begin()
    server.takes.clear()
    server.consumer.deliver(push("before"))
    await until(lambda: server.consumer.outgoing._task, 10, "one is stuck")
    server.consumer.deliver(push("behind it"))
    server.consumer.deliver({"type": "close.now", "code": code})
    await until(lambda: server.consumer.is_closing, 10, "it closes")
    server.consumer.deliver(push("after"))
    await until(lambda: server.code() == code, 10, "it is closed")
    server.takes.set()
    await asyncio.wait_for(server.running, 10)
    assert "after" not in server.texts()
    assert [one["type"] for one in server.sent].count("websocket.close") == 1


@pytest.mark.parametrize(("code", "is_sent"), [(CLOSE_AUTHENTICATION, False), (CLOSE_RECONNECT, True)])
async def test_what_waits_goes_out_first_unless_access_ended(
    acme: Any, vera_token: str, code: int, is_sent: bool
) -> None:
    server = Played(VisitorParticipant, acme, token=vera_token)
    await server.begin()
    server.takes.clear()
    server.consumer.deliver(push("before"))
    server.consumer.deliver(push("behind it"))
    server.consumer.deliver({"type": "close.now", "code": code})
    await until(lambda: server.consumer.is_closing, 10, "it closes")
    server.takes.set()
    await asyncio.wait_for(server.running, 10)
    assert (server.code(), "behind it" in server.texts()) == (code, is_sent)
