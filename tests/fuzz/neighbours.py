"""A visitor and an agent who talk while everybody around them misbehaves: each line must be acknowledged and shown."""

import asyncio
import json
import time
from contextlib import suppress
from uuid import uuid4

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import WebSocketException

from tests.fuzz.people import Town, open_line
from tests.fuzz.shooter import Report
from tests.fuzz.valid import Frame

PAUSE_SECONDS = 0.5
SHOWN_SECONDS = 15.0


class Neighbours:
    def __init__(self, town: Town, port: int, report: Report) -> None:
        self.town, self.port, self.report = town, port, report
        self.exchanged = 0
        self.slowest = 0.0

    async def run(self) -> None:
        """Talk until cancelled; a line that is not shown in time, or an end of the connection, is a finding."""
        visitor, agent = None, None
        while True:
            try:
                if visitor is None or agent is None:
                    visitor = await open_line(self.town.visitor, self.port, "json")
                    agent = await open_line(self.town.agent, self.port, "json")
                    await self._meet(visitor, agent)
                await self._exchange(visitor, agent)
            except (WebSocketException, OSError, TimeoutError) as error:
                self.report.find(f"neighbours: {error!r}")
                visitor = None
                await asyncio.sleep(1)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _meet(self, visitor: ClientConnection, agent: ClientConnection) -> None:
        opened = await _ask(visitor, "conversation.open", {})
        self.conversation = opened["data"]["conversation"]["id"]
        await _ask(agent, "conversation.watch", {}, self.conversation)

    async def _exchange(self, visitor: ClientConnection, agent: ClientConnection) -> None:
        """One line each way."""
        for speaker, listener in ((visitor, agent), (agent, visitor)):
            began, text = time.monotonic(), f"line {uuid4()}"
            data = {"client_id": str(uuid4()), "text": text}
            answer = await _ask(speaker, "message.create", data, self.conversation)
            if answer["type"] != "ack":
                self.report.find(f"neighbours: {answer}")
                continue
            await _until(listener, lambda frame, text=text: frame["data"].get("text") == text)  # type: ignore[misc]
            self.exchanged += 1
            self.slowest = max(self.slowest, time.monotonic() - began)


async def _ask(socket: ClientConnection, kind: str, data: Frame, conversation: str | None = None) -> Frame:
    name = uuid4().hex[:8]
    frame = {"type": kind, "id": name, "data": data} | ({"conversation": conversation} if conversation else {})
    await socket.send(json.dumps(frame))
    return await _until(socket, lambda found: found.get("reply_to") == name)


async def _until(socket: ClientConnection, wanted: "object") -> Frame:
    async with asyncio.timeout(SHOWN_SECONDS):
        while True:
            frame: Frame = json.loads(await socket.recv())
            if wanted(frame):  # type: ignore[operator]
                return frame


async def end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
