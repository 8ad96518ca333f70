"""A connection that is told to close while its client takes nothing: a real consumer, a server played here."""

import asyncio
from typing import Any

import pytest

from chat.consumers.socket import SocketConsumer
from chat.participants.visitor import VisitorParticipant
from chat.protocol import CLOSE_AUTHENTICATION, CLOSE_IDLE, CLOSE_RECONNECT
from tests.torture.rig import until


class Server:
    """What the server sees of one socket. `takes`: the client takes what is sent to it."""

    def __init__(self, tenant: Any, token: str) -> None:
        self.scope = {
            "type": "websocket",
            "client": ("127.0.0.1", 1),
            "subprotocols": ["kefu.v1.json", f"kefu.token.{token}"],
            "headers": [(b"host", b"acme.localhost"), (b"origin", b"http://acme.localhost")],
            "tenant": tenant,
        }
        self.incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.incoming.put_nowait({"type": "websocket.connect"})
        self.takes = asyncio.Event()
        self.takes.set()
        self.sent: list[dict[str, Any]] = []
        self.consumer = SocketConsumer(VisitorParticipant)

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.send":
            await self.takes.wait()
        self.sent.append(message)
        if message["type"] == "websocket.close":
            self.incoming.put_nowait({"type": "websocket.disconnect", "code": message["code"]})

    async def run(self) -> None:
        await self.consumer(self.scope, self.incoming.get, self.send)

    def code(self) -> int | None:
        return next((one["code"] for one in self.sent if one["type"] == "websocket.close"), None)

    def texts(self) -> str:
        return str([one["text"] for one in self.sent if one["type"] == "websocket.send"])


def push(text: str) -> dict[str, Any]:
    return {"type": "push", "text": f'{{"type":"x","data":"{text}"}}'}


@pytest.mark.parametrize("code", [CLOSE_AUTHENTICATION, CLOSE_RECONNECT, CLOSE_IDLE])
async def test_closing_does_not_wait_for_who_does_not_read(acme: Any, vera: Any, vera_token: str, code: int) -> None:
    server = Server(acme, vera_token)
    running = asyncio.create_task(server.run())
    await until(lambda: "hello" in server.texts(), 10, "hello")
    server.takes.clear()
    server.consumer.deliver(push("before"))
    await until(lambda: server.consumer.outgoing._task, 10, "one is stuck")
    server.consumer.deliver(push("behind it"))
    server.consumer.deliver({"type": "close.now", "code": code})
    await until(lambda: server.consumer.is_closing, 10, "it closes")
    server.consumer.deliver(push("after"))
    await until(lambda: server.code() == code, 10, "it is closed")
    server.takes.set()
    await asyncio.wait_for(running, 10)
    assert "after" not in server.texts()
    assert [one["type"] for one in server.sent].count("websocket.close") == 1


@pytest.mark.parametrize(("code", "is_sent"), [(CLOSE_AUTHENTICATION, False), (CLOSE_RECONNECT, True)])
async def test_what_waits_goes_out_first_unless_access_ended(
    acme: Any, vera: Any, vera_token: str, code: int, is_sent: bool
) -> None:
    server = Server(acme, vera_token)
    running = asyncio.create_task(server.run())
    await until(lambda: "hello" in server.texts(), 10, "hello")
    server.takes.clear()
    server.consumer.deliver(push("before"))
    server.consumer.deliver(push("behind it"))
    server.consumer.deliver({"type": "close.now", "code": code})
    await until(lambda: server.consumer.is_closing, 10, "it closes")
    server.takes.set()
    await asyncio.wait_for(running, 10)
    assert (server.code(), "behind it" in server.texts()) == (code, is_sent)
