"""A real consumer in this process, and a server and a client that are played."""

import asyncio
from typing import Any

from chat.consumers.socket import SocketConsumer
from chat.participants.participant import Participant
from tests.waiting_for import until

HOST = "acme.localhost"


class Played:
    """One socket as the server sees it. `takes`: the client takes what is sent to it."""

    def __init__(self, speaks_for: type[Participant], tenant: Any, *, token: str = "", session: str = "") -> None:
        self.scope = {
            "type": "websocket",
            "client": ("127.0.0.1", 1),
            "subprotocols": ["kefu.v1.json", *([f"kefu.token.{token}"] if token else [])],
            "headers": [
                (b"host", HOST.encode()),
                (b"origin", f"http://{HOST}".encode()),
                (b"cookie", f"kefu_session={session}".encode()),
            ],
            "tenant": tenant,
            "outage": None,
        }
        self.incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.incoming.put_nowait({"type": "websocket.connect"})
        self.takes = asyncio.Event()
        self.takes.set()
        self.sent: list[dict[str, Any]] = []
        self.consumer = SocketConsumer(speaks_for)

    async def begin(self) -> None:
        self.running = asyncio.create_task(self.consumer(self.scope, self.incoming.get, self._send))
        await until(lambda: "hello" in self.texts(), 10, "hello")

    async def leave(self) -> None:
        self.incoming.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(self.running, 10)

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.send":
            await self.takes.wait()
        self.sent.append(message)
        if message["type"] == "websocket.close":
            self.incoming.put_nowait({"type": "websocket.disconnect", "code": message["code"]})

    def code(self) -> int | None:
        return next((one["code"] for one in self.sent if one["type"] == "websocket.close"), None)

    def texts(self) -> str:
        return str([one["text"] for one in self.sent if one["type"] == "websocket.send"])
