"""A network between client and server that lets some transports through, tells so, and can be cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Network:
    """Forwards TCP. What is in `refused` is not let through, judged by the first line of a connection's requests."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.address = ("127.0.0.1", 0)
        self.refused: set[str] = set()
        self.is_away = False
        self.seen: list[str] = []
        self._writers: set[asyncio.StreamWriter] = set()
        self._carriers: set[asyncio.Task[None]] = set()

    def cut(self) -> None:
        """Reset every connection."""
        for writer in self._writers:
            writer.transport.abort()

    async def end(self) -> None:
        for carrier in self._carriers:
            carrier.cancel()
        await asyncio.gather(*self._carriers, return_exceptions=True)

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._carriers.add(task := asyncio.create_task(self.carry(reader, writer)))
        task.add_done_callback(self._carriers.discard)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            head = await reader.readuntil(b"\r\n\r\n")
            if not self.is_away and not await self._holds_up(kind_of(head), reader):
                await self._join(head, reader, writer)
        self._writers.discard(writer)
        writer.close()

    async def _holds_up(self, kind: str, reader: asyncio.StreamReader) -> bool:
        self.seen.append(kind)
        if kind == "parked" and kind in self.refused:
            await reader.read()  # swallowed: the client sees silence
        return kind in self.refused

    async def _join(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        self._writers.add(far_writer)
        # One request a connection, so that each is judged.
        far_writer.write(
            head if b"pgrade: websocket" in head else head.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        )
        await asyncio.wait(
            [asyncio.create_task(pump(reader, far_writer)), asyncio.create_task(pump(far_reader, writer))],
            return_when=asyncio.FIRST_COMPLETED,
        )
        self._writers.discard(far_writer)
        far_writer.close()


def kind_of(head: bytes) -> str:
    line = head.split(b"\r\n", 1)[0]
    if b"/ws/" in line:
        return "socket"
    return "parked" if b"wait=" in line and b"wait=0" not in line else "quick"


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def network_to(port: int) -> AsyncIterator[Network]:
    network = Network(port)
    server = await asyncio.start_server(network.accept, "127.0.0.1", 0)
    network.address = server.sockets[0].getsockname()[:2]
    try:
        yield network
    finally:
        network.cut()
        server.close()
        await network.end()
