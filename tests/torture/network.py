"""A network that can be made bad: a TCP proxy before each web process, with weather that a campaign changes.

Loss is what TCP makes of it: a lost segment comes later, and everything behind it waits. A black hole is a mapping that
some box has forgotten: nothing passes any more, not even the news that the other side has gone.
"""

import asyncio
import random
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

SEGMENT_BYTES = 1400
RESEND_SECONDS, MAX_RESEND_SECONDS = 0.2, 3.2
AT_ONCE = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Weather:
    """What happens to each segment on its way."""

    loss: float = 0.0
    reset: float = 0.0
    bytes_per_second: float | None = None
    is_hole: bool = False


FAIR = Weather()


class Network:
    """All proxies of a campaign. `counts`: what the network did to its connections."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.weather = FAIR
        self.counts: Counter[str] = Counter()
        self.ports: list[int] = []
        self._links: set[Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def change(self, weather: Weather) -> None:
        self.weather = weather
        if weather.is_hole:
            for link in self._links:
                link.is_dead = True
            self.counts["connections in a black hole"] += len(self._links)

    @asynccontextmanager
    async def before(self, ports: list[int]) -> AsyncIterator["Network"]:
        """Stand before these ports; `self.ports` are ours, in the same order."""
        servers = [await asyncio.start_server(self._opener(port), "127.0.0.1") for port in ports]
        self.ports = [server.sockets[0].getsockname()[1] for server in servers]
        try:
            yield self
        finally:
            for server in servers:
                server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _opener(self, port: int) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]:
        def open_link(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.get_running_loop().create_task(self._carry(reader, writer, port))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        return open_link

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        link = Link(self, writer)
        self._links.add(link)
        try:
            if self.weather.is_hole:
                self.counts["connections in a black hole"] += 1
                await asyncio.Event().wait()
            await link.carry(reader, port)
        finally:
            link.cut()
            self._links.discard(link)


class Link:
    """One connection through the proxy."""

    def __init__(self, network: Network, client: asyncio.StreamWriter) -> None:
        self.network = network
        self.is_dead = False
        self._writers = [client]

    async def carry(self, reader: asyncio.StreamReader, port: int) -> None:
        try:
            answers, server = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return
        self._writers.append(server)
        for writer in self._writers:
            writer.transport.set_write_buffer_limits(SEGMENT_BYTES * 8)
        pumps = [
            asyncio.create_task(self._pump(reader, server)),
            asyncio.create_task(self._pump(answers, self._writers[0])),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()

    def cut(self) -> None:
        """End both sides at once; what was on its way is lost (RST)."""
        for writer in self._writers:
            sock = writer.get_extra_info("socket")
            if sock is not None and sock.fileno() >= 0:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while segment := await reader.read(SEGMENT_BYTES):
                if not await self._passes(segment):
                    return
                writer.write(segment)
                await writer.drain()
        if self.is_dead:  # nobody hears that this side has gone
            await asyncio.Event().wait()

    async def _passes(self, segment: bytes) -> bool:
        """Let the segment take its time; False when the connection is reset instead."""
        network, weather = self.network, self.network.weather
        if weather.bytes_per_second:
            network.counts["segments slowed down"] += 1
            await asyncio.sleep(len(segment) / weather.bytes_per_second)
        wait = RESEND_SECONDS
        while network.dice.random() < network.weather.loss:
            network.counts["segments lost"] += 1
            await asyncio.sleep(wait)
            wait = min(MAX_RESEND_SECONDS, wait * 2)
        if network.dice.random() < weather.reset:
            network.counts["connections reset"] += 1
            return False
        if self.is_dead:
            await asyncio.Event().wait()
        return True
