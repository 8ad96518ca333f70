"""One WebSocket that speaks frames: requests find their answers, events go to a callback, limits are honoured."""

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from kefu_project.replay.site import Site

Frame = dict[str, Any]
ANSWER_WITHIN = 30.0
TRY_AGAIN = ("rate_limited", "overloaded")


class Refused(Exception):
    """The server refused a command for good."""


class LineLost(Exception):
    """The connection ended with commands unanswered."""


class Line:
    def __init__(
        self, socket: ClientConnection, on_event: Callable[[Frame], None], on_text: Callable[[str], None] | None = None
    ) -> None:
        """`on_event` gets the frames that answer nothing; `on_text` everything that comes in, as it is."""
        self._socket = socket
        self._on_event = on_event
        self._on_text = on_text
        self._asked: dict[str, asyncio.Future[Frame]] = {}
        self._numbers = count(1)
        self._reader = asyncio.create_task(self._read())
        self.waits = 0

    async def request(self, command: str, data: Frame, conversation: str | None = None) -> Frame:
        """Return the data of the answer. Waits and asks again where the server says so; raises Refused, LineLost."""
        deadline = time.monotonic() + ANSWER_WITHIN
        while True:
            answer = await self.ask(command, data, conversation)
            found: Frame = answer["data"]
            if answer["type"] != "error":
                return found
            if found["code"] not in TRY_AGAIN or time.monotonic() > deadline:
                raise Refused(f"{command}: {found['code']}")
            self.waits += 1
            await asyncio.sleep(found.get("retry_after", 0.5))

    async def ask(self, command: str, data: Frame, conversation: str | None = None) -> Frame:
        """Return the frame that answers, whatever it says."""
        frame_id = str(next(self._numbers))
        frame: Frame = {"type": command, "id": frame_id, "data": data}
        if conversation:
            frame["conversation"] = conversation
        answered = self._asked[frame_id] = asyncio.get_running_loop().create_future()
        try:
            await self._socket.send(json.dumps(frame, ensure_ascii=False))
            return await asyncio.wait_for(answered, ANSWER_WITHIN)
        except TimeoutError as error:
            raise LineLost(f"{command}: no answer within {ANSWER_WITHIN:.0f} s") from error
        except ConnectionClosed as error:
            raise LineLost(f"{command}: {error}") from error
        finally:
            self._asked.pop(frame_id, None)

    @property
    def is_over(self) -> bool:
        return self._reader.done()

    async def hint(self, command: str, data: Frame, conversation: str | None = None) -> None:
        """Send what gets no answer."""
        frame = {"type": command, "data": data} | ({"conversation": conversation} if conversation else {})
        await self._socket.send(json.dumps(frame, ensure_ascii=False))

    async def close(self) -> None:
        await self._socket.close()
        with suppress(asyncio.CancelledError):
            await self._reader

    async def _read(self) -> None:
        with suppress(ConnectionClosed):
            async for text in self._socket:
                if self._on_text:
                    self._on_text(str(text))
                frame: Frame = json.loads(text)
                answered = self._asked.get(frame.get("reply_to") or "")
                if answered is None or answered.done():
                    self._on_event(frame)
                else:
                    answered.set_result(frame)
        for answered in self._asked.values():
            if not answered.done():
                answered.set_exception(LineLost("the connection ended"))


async def open_line(
    site: Site,
    kind: str,
    *,
    on_event: Callable[[Frame], None],
    on_text: Callable[[str], None] | None = None,
    token: str = "",
    cookie: str = "",
) -> Line:
    """Connect as a browser on one of the brand's pages would, and wait for `hello`."""
    protocols = [Subprotocol("kefu.v1.json")] + ([Subprotocol(f"kefu.token.{token}")] if token else [])
    socket = await connect(
        f"ws://{site.authority}/ws/v1/{kind}",
        host=site.address,
        port=site.port,
        subprotocols=protocols,
        origin=Origin(site.origin),
        additional_headers={"Cookie": cookie} if cookie else None,
        compression=None,
        open_timeout=ANSWER_WITHIN,
    )
    try:
        text = str(await asyncio.wait_for(socket.recv(), ANSWER_WITHIN))
    except (ConnectionClosed, TimeoutError) as error:
        raise LineLost(f"{kind}: no hello: {error}") from error
    if on_text:
        on_text(text)
    if (first := json.loads(text)["type"]) != "hello":
        raise LineLost(f"{kind}: {first} instead of hello")
    return Line(socket, on_event, on_text)
