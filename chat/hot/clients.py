"""Connections to the Redis that holds hot history, and whether it is worth asking it just now."""

import asyncio
import threading
import time

import redis
import redis.asyncio
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

# Hot history is there to save time: a Redis that needs longer is slower than PostgreSQL.
ANSWER_SECONDS = 0.5
REST_SECONDS = 2.0
CONNECTIONS = 8


class Rest:
    """After a failure Redis is left alone for two seconds, so that nobody waits for it once per question."""

    def __init__(self) -> None:
        self._until = 0.0

    def is_over(self) -> bool:
        return time.monotonic() >= self._until

    def begin(self) -> None:
        self._until = time.monotonic() + REST_SECONDS


rest = Rest()

_clients: dict[asyncio.AbstractEventLoop, redis.asyncio.Redis] = {}
_client_now: redis.Redis | None = None
_lock = threading.Lock()


def client() -> redis.asyncio.Redis:
    """The running loop's client; those of loops that ended are forgotten."""
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
                retry=Retry(NoBackoff(), 1),
                protocol=2,
            )
            found = _clients[loop] = redis.asyncio.Redis.from_pool(pool)
    return found


async def close_client() -> None:
    found = _clients.pop(asyncio.get_running_loop(), None)
    if found is not None:
        await found.aclose()


def client_now() -> redis.Redis:
    """The process's client for synchronous code; safe to share between threads."""
    global _client_now
    if _client_now is None:
        with _lock:
            _client_now = redis.Redis.from_url(
                settings.REDIS_URL,
                max_connections=64,
                socket_timeout=ANSWER_SECONDS,
                socket_connect_timeout=ANSWER_SECONDS,
                retry=Retry(NoBackoff(), 1),
                protocol=2,
            )
    return _client_now
