"""The live connections of this process: how many there may be, and the word to all of them that the process ends.

Bounds hold per process. Nobody needs as many as the bounds allow; they stop who opens sockets to use them up.
"""

import asyncio
import random
import time
from collections import Counter as Tally
from contextlib import suppress
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from prometheus_client import Gauge

from chat.errors import Overloaded, RateLimited
from chat.participants.participant import Participant
from chat.rechecking import close_ended
from tenants.networks import is_loopback, network_of

open_connections = Gauge("kefu_connections", "Open connections and parked questions.", ["transport", "kind"])

# Connections of one visitor, agent or key: tabs, devices, and those that have not noticed that they are dead.
PER_PARTICIPANT = {"visitor": 20, "agent": 50, "app": 100}
# Clients come back elsewhere within 3 s; those who do not listen must not keep the process alive.
DRAIN_SECONDS = 5.0
RETRY_SECONDS = 5.0
WATCH_SECONDS = 15.0
# Over how long the connections and questions of a process spread their reading after the bus came back.
CATCH_UP_SECONDS = 2.0


class Connection(Protocol):
    participant: Participant

    def deliver(self, message: dict[str, Any]) -> None:
        """Take a message as if a topic had brought it."""

    def drain(self) -> None:
        """Tell the client that this process goes away."""

    def is_silent(self, now: float) -> bool:
        """Tell whether nothing was heard for so long that the client must be dead. `now` in monotonic seconds."""

    def end_idle(self) -> None:
        """Close it for being silent."""


class Connections:
    def __init__(self) -> None:
        self._live: set[Connection] = set()
        self._by_participant: Tally[tuple[UUID, UUID]] = Tally()
        self._by_brand: Tally[UUID] = Tally()
        self._by_address: Tally[str] = Tally()
        self._gone = asyncio.Event()
        self._watched_by: asyncio.AbstractEventLoop | None = None
        self._look: asyncio.Task[None] | None = None
        self._watcher: asyncio.Task[None] | None = None
        self.is_draining = False

    def check_address(self, address: str) -> None:
        """Raise RateLimited or Overloaded when this process takes no more connections from the address."""
        if self.is_draining:
            raise Overloaded(retry_after=RETRY_SECONDS)
        if not is_loopback(address) and self._by_address[address] >= settings.MAX_CONNECTIONS_PER_ADDRESS:
            raise RateLimited("Too many connections from this address.", retry_after=RETRY_SECONDS)

    def add(self, connection: Connection, address: str, transport: str) -> None:
        """Count a connection in. Raises RateLimited or Overloaded when address, participant or brand has too many."""
        # Again: many may have passed the first check while each was finding out who it is.
        self.check_address(address)
        who = connection.participant
        if self._by_participant[_key(who)] >= PER_PARTICIPANT[who.kind]:
            raise RateLimited("Too many connections of one participant.", retry_after=RETRY_SECONDS)
        if self._by_brand[who.tenant.pk] >= settings.MAX_CONNECTIONS_PER_BRAND:
            raise RateLimited("Too many connections of this brand.", retry_after=RETRY_SECONDS)
        self._live.add(connection)
        self._count(who, address, transport, 1)
        self._watch()

    def remove(self, connection: Connection, address: str, transport: str) -> None:
        """Count it out; one that is not counted in stays out."""
        if connection in self._live:
            self._live.discard(connection)
            self._count(connection.participant, address, transport, -1)
            if not self._live:
                self._gone.set()

    async def drain(self) -> None:
        """Take no new ones, tell all to go elsewhere, and wait until they went: a few seconds at most."""
        self.is_draining = True
        self._gone.clear()
        # In no order: the clients of one brand shall not all arrive at the next process in one moment.
        live = random.sample(list(self._live), len(self._live))
        for connection in live:
            connection.drain()
        if self._live:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._gone.wait(), DRAIN_SECONDS)

    async def look_again(self) -> None:
        """Close those whose access ended; who asks for it at the same moment shares the look."""
        loop = asyncio.get_running_loop()
        if self._look is None or self._look.get_loop() is not loop:
            self._look = loop.create_task(self._close_ended())
        await asyncio.shield(self._look)

    async def _close_ended(self) -> None:
        await asyncio.sleep(0)
        # Who asks from now on wants what is so from now on.
        self._look = None
        await close_ended(list(self._live))

    def _watch(self) -> None:
        """Look now and then for those that are dead or may not be here any more: none has a timer of its own."""
        loop = asyncio.get_running_loop()
        if self._watched_by is not loop:
            self._watched_by = loop
            loop.call_later(WATCH_SECONDS, self._sweep)

    def _sweep(self) -> None:
        now = time.monotonic()
        for connection in [one for one in self._live if one.is_silent(now)]:
            connection.end_idle()
        loop = asyncio.get_running_loop()
        if self._watcher is None or self._watcher.done():
            self._watcher = loop.create_task(self.look_again())
        loop.call_later(WATCH_SECONDS, self._sweep)

    def _count(self, who: Participant, address: str, transport: str, by: int) -> None:
        tallies: list[tuple[Tally[Any], Any]] = [
            (self._by_participant, _key(who)),
            (self._by_brand, who.tenant.pk),
            (self._by_address, address),
        ]
        for tally, key in tallies:
            tally[key] += by
            if not tally[key]:
                del tally[key]
        open_connections.labels(transport, who.kind).inc(by)


def address_of(scope: Any) -> str:
    client = scope.get("client")
    return network_of(str(client[0])) if isinstance(client, tuple | list) and client else ""


def _key(who: Participant) -> tuple[UUID, UUID]:
    return who.tenant.pk, who.me


connections = Connections()
