"""Presence: each connection holds a lease in Redis. All leases of a process are renewed in one batch per tick.

A connection that ends lets its lease run out soon instead of at once, so that a reload is not an absence; whoever
dies silently is found by the sweep. What an expired lease means is up to the caller (agents/presence.py).
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from typing import cast
from uuid import UUID, uuid4

import redis
import redis.asyncio
from django.conf import settings

from chat.keys import lease_member, leases_key
from chat.redis_clients import redis_client
from tenants.models import Tenant
from tenants.resting import ANSWER_SECONDS

logger = logging.getLogger(__name__)

LEASE_SECONDS = 30.0
TICK_SECONDS = 10.0
GRACE_SECONDS = 8.0
# A brand's leases go by themselves once nobody renews any: also those of a brand that was deleted while sockets ended.
EMPTY_SECONDS = 600


class Leases:
    """The leases of this process's connections, and the one task that writes and renews them."""

    def __init__(self) -> None:
        self._held: dict[str, set[str]] = defaultdict(set)
        # Ends of leases that are to be written: key, member, Unix seconds.
        self._waiting: dict[str, dict[str, float]] = defaultdict(dict)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def take(self, tenant: Tenant, kind: str, pk: UUID) -> str:
        """Take a lease for a new connection and return its id."""
        self._start()
        connection_id = new_connection_id()
        key, member = leases_key(tenant), lease_member(kind, pk, connection_id)
        self._held[key].add(member)
        await self._write(key, member, LEASE_SECONDS)
        return connection_id

    async def lend(self, tenant: Tenant, kind: str, pk: UUID, connection_id: str, seconds: float) -> None:
        """Write a lease that nobody renews, for a client that asks again: it runs out by itself."""
        self._start()
        await self._write(leases_key(tenant), lease_member(kind, pk, connection_id), seconds)

    async def end(self, tenant: Tenant, kind: str, pk: UUID, connection_id: str) -> None:
        """Let the lease of an ended connection run out shortly."""
        self._start()
        key, member = leases_key(tenant), lease_member(kind, pk, connection_id)
        self._held[key].discard(member)
        await self._write(key, member, GRACE_SECONDS)

    def _start(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is loop:
            return
        self._held.clear()
        self._waiting.clear()
        self._loop = loop
        self._wake = asyncio.Event()
        self._gathering: asyncio.Future[None] = loop.create_future()
        self._client = redis.asyncio.from_url(settings.REDIS_URL, max_connections=2, socket_timeout=5)
        self._writer = loop.create_task(self._write_forever())

    async def _write(self, key: str, member: str, seconds: float) -> None:
        """Have the end of a lease written and wait for it, but not long: presence never keeps anybody from talking."""
        self._waiting[key][member] = time.time() + seconds
        self._wake.set()
        await asyncio.wait([self._gathering], timeout=ANSWER_SECONDS)

    async def _write_forever(self) -> None:
        """One writes for all who wait at that moment: thousands may come back at once."""
        loop = asyncio.get_running_loop()
        due = loop.time() + TICK_SECONDS
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    await self._wake.wait()
            self._wake.clear()
            if loop.time() >= due:
                due = loop.time() + TICK_SECONDS
                self._renew(time.time() + LEASE_SECONDS)
            written, self._gathering = self._gathering, loop.create_future()
            await self._write_waiting()
            written.set_result(None)

    def _renew(self, until: float) -> None:
        for key, members in list(self._held.items()):
            if members:
                self._waiting[key].update(dict.fromkeys(members, until))
            else:  # the last of the brand has gone
                del self._held[key]

    async def _write_waiting(self) -> None:
        """Redis being away costs presence until the next tick, never a conversation."""
        ends_by_key, self._waiting = self._waiting, defaultdict(dict)
        try:
            async with self._client.pipeline(transaction=False) as pipe:
                for key, ends in ends_by_key.items():
                    pipe.zadd(key, ends)
                    pipe.expire(key, EMPTY_SECONDS)
                await pipe.execute()
        except Exception:  # whatever it was, the next tick tries again
            logger.warning("presence: leases could not be written", exc_info=True)


leases = Leases()


def new_connection_id() -> str:
    """Twelve hexadecimal digits. No secret: it only tells the leases of one participant apart."""
    return uuid4().hex[:12]


def online_among(tenant: Tenant, kind: str, ids: Iterable[UUID], now: float) -> set[UUID]:
    """Return which of the ids hold a live lease (`now` in Unix seconds): one call to Redis; nobody when it is away."""
    try:
        return set(ids) & lease_holders(tenant, kind, now)
    except (redis.RedisError, OSError):
        return set()


def lease_holders(tenant: Tenant, kind: str, now: float) -> set[UUID]:
    """Return all ids of this kind that hold a live lease (`now` in Unix seconds). Raises when Redis is away."""
    members = cast("list[bytes]", redis_client().zrangebyscore(leases_key(tenant), now, "+inf"))
    return {pk for member in members if (pk := _holder(member, kind))}


def drop_expired(tenant: Tenant, now: float) -> int:
    """Remove leases that ended before `now` (Unix seconds) and return how many."""
    return int(redis_client().zremrangebyscore(leases_key(tenant), "-inf", f"({now}"))


def _holder(member: bytes, kind: str) -> UUID | None:
    found_kind, hexed, _connection = member.decode().split(":")
    return UUID(hexed) if found_kind == kind else None
