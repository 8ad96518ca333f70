"""Connections to Redis for all that asks it questions, and whether it is worth asking just now. The layer has its own.

Whoever asks waits half a second at most, and after a failure nobody asks for two: a Redis that stands still must not
hold the threads on which every brand's work runs.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import redis
import redis.asyncio
from django.conf import settings
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

# Also the bound of hot history, which is there to save time: a Redis that needs longer is slower than PostgreSQL.
ANSWER_SECONDS = 0.5
REST_SECONDS = 2.0
CONNECTIONS = 8

R = TypeVar("R")


class Rest:
    """After a failure Redis is left alone for two seconds, so that nobody waits for it once per question."""

    def __init__(self) -> None:
        self._until = 0.0

    def is_over(self) -> bool:
        return time.monotonic() >= self._until

    def begin(self) -> None:
        self._until = time.monotonic() + REST_SECONDS


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
            _client_now = redis.Redis.from_url(
                settings.REDIS_URL,
                max_connections=64,
                socket_timeout=ANSWER_SECONDS,
                socket_connect_timeout=ANSWER_SECONDS,
                retry=RestingRetry(NoBackoff(), 1),
                protocol=2,
            )
    return _client_now
