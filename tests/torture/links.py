"""How a client's frames travel: a WebSocket with JSON or protobuf, or long poll. The client itself does not know."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin, Subprotocol

from tests.transports.codecs import Json, Proto

if TYPE_CHECKING:
    from tests.torture.client import Person

Frame = dict[str, Any]
Codec = Json | Proto
# A real client waits 25 s; a lost push is found when the wait is over, so this is the heartbeat of campaigns.
POLL_SECONDS = 5
SOCKETS = ("json", "proto")
TRANSPORTS = (*SOCKETS, "poll", "proto poll")

# Faults that mean that the connection is gone.
GONE = (OSError, WebSocketException, httpx.HTTPError, TimeoutError)


class Link(Protocol):
    close_code: int | None

    async def send(self, frame: Frame) -> None: ...

    def abort(self) -> None:
        """End it as a dead network does."""

    def __aiter__(self) -> AsyncIterator[Frame]: ...


@asynccontextmanager
async def open_link(
    transport: str, person: "Person", port: int, *, open_seconds: float, positions: Callable[[], dict[str, int]]
) -> AsyncIterator[Link]:
    """Connect over this transport; raises one of GONE."""
    codec = Proto() if "proto" in transport else Json()
    if "poll" in transport:
        async with httpx.AsyncClient(timeout=open_seconds + POLL_SECONDS, trust_env=False) as http:
            link = PollLink(http, person, port, codec, positions)
            try:
                yield link
            finally:
                link.abort()
    else:
        async with _connected(person, port, codec, open_seconds) as socket:
            yield SocketLink(socket, codec)


def _connected(person: "Person", port: int, codec: Codec, open_seconds: float) -> connect:
    token = [Subprotocol(f"kefu.token.{person.token}")] if person.token else []
    return connect(
        f"ws://{person.host}:{port}/ws/v1/{person.kind}",
        host="127.0.0.1",
        port=port,
        subprotocols=[Subprotocol(codec.subprotocol), *token],
        origin=Origin(f"http://{person.host}:{port}"),
        additional_headers={"Cookie": person.cookie} if person.cookie else None,
        compression=None,
        proxy=None,
        open_timeout=open_seconds,
        ping_interval=None,
        close_timeout=1,
    )


class SocketLink:
    def __init__(self, socket: ClientConnection, codec: Codec) -> None:
        self._socket, self._codec = socket, codec

    @property
    def close_code(self) -> int | None:
        return self._socket.close_code

    async def send(self, frame: Frame) -> None:
        await self._socket.send(self._codec.write(frame))

    def abort(self) -> None:
        self._socket.transport.abort()

    async def __aiter__(self) -> AsyncIterator[Frame]:
        async for given in self._socket:
            yield self._codec.read(given)


class PollLink:
    """Questions one after the other, and commands beside them; their answers come in as frames like all others."""

    close_code: int | None = None

    def __init__(
        self,
        http: httpx.AsyncClient,
        person: "Person",
        port: int,
        codec: Codec,
        positions: Callable[[], dict[str, int]],
    ) -> None:
        self._http, self._codec, self._positions = http, codec, positions
        self._url = f"http://127.0.0.1:{port}/api/v1/{person.kind}"
        authority = f"{person.host}:{port}"
        self._headers = {"Host": authority, "Origin": f"http://{authority}", "Accept": codec.content_type}
        self._headers |= {"Authorization": f"Bearer {person.token}"} if person.token else {"Cookie": person.cookie}
        self._arrived: asyncio.Queue[Sequence[Frame] | Exception] = asyncio.Queue()
        self._asking = asyncio.create_task(self._ask_for_ever())

    async def send(self, frame: Frame) -> None:
        headers = {**self._headers, "Content-Type": self._codec.content_type}
        body = self._codec.write_body([frame])
        answer = await self._http.post(f"{self._url}/frames", headers=headers, content=body)
        if answer.status_code in (429, 503):
            return  # no answer: the client asks again after its patience
        answer.raise_for_status()
        self._arrived.put_nowait(self._codec.read_body(answer.content)[0])

    def abort(self) -> None:
        self._asking.cancel()
        self._arrived.put_nowait(ConnectionResetError("aborted"))

    async def __aiter__(self) -> AsyncIterator[Frame]:
        while True:
            frames = await self._arrived.get()
            if isinstance(frames, Exception):
                raise frames
            for frame in frames:
                yield frame

    async def _ask_for_ever(self) -> None:
        try:
            frames, ts = await self._ask({})
            hello = frames[0]["data"]
            self._arrived.put_nowait(frames)
            while True:
                after = ",".join(f"{pk}:{seq}" for pk, seq in self._positions().items())
                where = {"after": after, "since": str(ts), "epoch": hello["epoch"], "connection": hello["session"]}
                frames, ts = await self._ask({**where, "wait": str(POLL_SECONDS)})
                self._arrived.put_nowait(frames)
        except Exception as error:  # whoever reads hears of it
            self._arrived.put_nowait(error)

    async def _ask(self, parameters: dict[str, str]) -> tuple[Sequence[Frame], int | None]:
        answer = await self._http.get(f"{self._url}/events", headers=self._headers, params=parameters)
        answer.raise_for_status()
        frames, ts = self._codec.read_body(answer.content)
        if any(frame["type"] == "drain" for frame in frames):
            raise ConnectionResetError("drained")
        return frames, ts
