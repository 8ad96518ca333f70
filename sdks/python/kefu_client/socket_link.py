"""The upper rung: a WebSocket."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Origin, Subprotocol

from .encodings import Encoding, Raw
from .frames import Frame
from .ladder import Rung
from .links import CUT, Access, LinkEnded, Received

MAX_FRAME_BYTES = 8 * 1024 * 1024


class SocketLink:
    rung = Rung.SOCKET

    def __init__(self, access: Access, encodings: Sequence[Encoding]) -> None:
        self._access = access
        self._encodings = {encoding.subprotocol: encoding for encoding in encodings}
        self._outgoing: asyncio.Queue[Raw] = asyncio.Queue()
        self._socket: ClientConnection | None = None
        self._writer: asyncio.Task[None] | None = None

    async def open(self) -> Frame:
        try:
            self._socket = await connect(
                self._access.socket_url(),
                origin=cast("Origin | None", self._access.origin),
                subprotocols=[Subprotocol(name) for name in self._encodings],
                additional_headers=self._access.headers(),
                compression=None,
                ping_interval=None,  # ours learn
                open_timeout=None,
                close_timeout=1,
                max_size=MAX_FRAME_BYTES,
                **self._dial(),
            )
        except (OSError, WebSocketException, EOFError):
            # A status here may be a proxy's: no more than evidence. The server itself refuses by close codes.
            raise LinkEnded from None
        self._encoding = self._encodings.get(str(self._socket.subprotocol), next(iter(self._encodings.values())))
        while True:
            for frame in (await self.receive()).frames:
                if frame.type == "hello":
                    self._writer = asyncio.create_task(self._write(self._socket))
                    return frame

    def send(self, frame: Frame) -> None:
        self._outgoing.put_nowait(self._encoding.encode(frame))

    async def receive(self) -> Received:
        assert self._socket is not None
        try:
            frame = self._encoding.decode(await self._socket.recv())
        except ConnectionClosed as closed:
            raise LinkEnded(closed.rcvd.code if closed.rcvd else CUT) from None
        return Received([frame] if frame else [])

    def followed(self) -> None:
        """Resume says it."""

    async def close(self) -> None:
        if self._writer:
            self._writer.cancel()
        if self._socket:
            # A dead link would let the closing handshake wait.
            await self._socket.close()

    def _dial(self) -> dict[str, Any]:
        if self._access.address is None:
            return {}
        host, port = self._access.address
        return {"host": host, "port": port}

    async def _write(self, socket: ClientConnection) -> None:
        while True:
            raw = await self._outgoing.get()
            try:
                await socket.send(raw)
            except ConnectionClosed:
                return  # receive() says so
