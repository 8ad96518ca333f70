"""Connections to Redis for all that asks it questions. The layer has its own, and so has tenants/attempts.py.

Whoever asks waits half a second at most, and after a failure nobody asks for two (tenants/resting.py).
"""

import asyncio
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import redis
import redis.asyncio
from django.conf import settings
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from tenants.resting import ANSWER_SECONDS, Rest, make_client

CONNECTIONS = 8

R = TypeVar("R")

rest = Rest()


class RestingRetry(Retry):
    """Tries once more, since a pooled connection may be a dead one, and then lets Redis rest."""

    def call_with_retry(self, do: Callable[[], R], *args: Any, **kwargs: Any) -> R:
        if not rest.is_over():
            raise redis.ConnectionError("Redis did not answer a moment ago.")
        try:
            return super().call_with_retry(do, *args, **kwargs)
        except (redis.ConnectionError, redis.TimeoutError, OSError):
            rest.begin()
            raise


_clients: dict[asyncio.AbstractEventLoop, redis.asyncio.Redis] = {}
_client_now: redis.Redis | None = None
_lock = threading.Lock()


def client() -> redis.asyncio.Redis:
    """The running loop's client; those of loops that ended are forgotten. Callers ask `rest` themselves."""
    loop = asyncio.get_running_loop()
    found = _clients.get(loop)
    if found is None:
        with _lock:
            for ended in [known for known in _clients if known.is_closed()]:
                del _clients[ended]
            pool = redis.asyncio.BlockingConnectionPool.from_url(
                settings.REDIS_URL,
                max_connections=CONNECTIONS,
                timeout=ANSWER_SECONDS,
                socket_timeout=ANSWER_SECONDS,
                socket_connect_timeout=ANSWER_SECONDS,
                retry=AsyncRetry(NoBackoff(), 1),
                protocol=2,
            )
            found = _clients[loop] = redis.asyncio.Redis.from_pool(pool)
    return found


async def close_client() -> None:
    found = _clients.pop(asyncio.get_running_loop(), None)
    if found is not None:
        await found.aclose()


def redis_client() -> redis.Redis:
    """The process's client for synchronous code; safe to share between threads. Fails at once while Redis rests."""
    global _client_now
    if _client_now is None:
        with _lock:
            _client_now = make_client(RestingRetry(NoBackoff(), 1))
    return _client_now
