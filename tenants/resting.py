"""How long an answer of Redis may take, and whether it is worth asking just now: one that stands still must not hold
the threads on which every brand's work runs."""

import time

import redis
from django.conf import settings
from redis.retry import Retry

# Also the bound of hot history, which is there to save time: a Redis that needs longer is slower than PostgreSQL.
ANSWER_SECONDS = 0.5
REST_SECONDS = 2.0


class Rest:
    """After a failure Redis is left alone for two seconds, so that nobody waits for it once per question."""

    def __init__(self) -> None:
        self._until = 0.0

    def is_over(self) -> bool:
        return time.monotonic() >= self._until

    def begin(self) -> None:
        self._until = time.monotonic() + REST_SECONDS


def make_client(retry: Retry) -> redis.Redis:
    """A client for synchronous code, safe to share between threads, that waits no longer than it may."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        max_connections=64,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
        retry=retry,
        protocol=2,
    )
