"""One Redis: a connection that reads subscriptions and one that publishes in batches. Both come back by themselves."""

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from prometheus_client import Counter, Histogram
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import RedisError, ResponseError

logger = logging.getLogger(__name__)

MAX_WAITING = 10_000
MAX_BATCH = 500
TOPICS_PER_COMMAND = 500
# A reader that has heard nothing for this long, not even the answer to its own PING, is dead.
SILENCE_SECONDS = 15.0
PING_SECONDS = 5.0
CONNECT_SECONDS = 5.0
MAX_BACKOFF_SECONDS = 2.0

dropped = Counter("kefu_layer_dropped", "Messages not handed to Redis.", ["reason"])
publish_batch = Histogram("kefu_layer_publish_batch", "Messages per pipeline.", buckets=(1, 2, 5, 10, 50, 100, 500))
reconnects = Counter("kefu_layer_reconnects", "Times that the subscriptions had to be made again.")

# One command and one answer for all messages of a moment: an answer for each costs more than the message.
PUBLISH_ALL = """
for i = 1, #ARGV, 2 do
    redis.call('PUBLISH', ARGV[i], ARGV[i + 1])
end
"""

Deliver = Callable[[str, bytes], None]


class Shard:
    """Publishes and subscribes at one Redis, for one event loop."""

    def __init__(self, url: str, deliver: Deliver, on_return: Callable[[], None]) -> None:
        self._deliver = deliver
        self._on_return = on_return
        # socket_timeout None: a subscriber waits as long as nobody speaks; silence is judged by our own PINGs.
        self._reader_pool = ConnectionPool.from_url(
            url, socket_timeout=None, socket_connect_timeout=CONNECT_SECONDS, protocol=2, max_connections=2
        )
        self._publisher_pool = ConnectionPool.from_url(
            url, socket_timeout=CONNECT_SECONDS, socket_connect_timeout=CONNECT_SECONDS, protocol=2, max_connections=2
        )
        self._outlet: AbstractConnection | None = None
        self._topics: dict[str, asyncio.Future[None]] = {}
        # Topics whose followers do not know whether they are joined: they did not wait, or the connection is a new one.
        self._unsure: set[str] = set()
        self._is_silent = False
        self._heard_at = 0.0
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._connection: AbstractConnection | None = None
        self._write_lock = asyncio.Lock()
        self._reader: asyncio.Task[None] | None = None
        self._publisher: asyncio.Task[None] | None = None

    # ---- publishing ----

    def publish(self, topic: str, payload: bytes) -> None:
        """Queue a message; it leaves with all others of this moment in one call."""
        if len(self._waiting) >= MAX_WAITING:
            dropped.labels("queue_full").inc()
            return
        self._waiting.append((topic, payload))
        if self._publisher is None:
            self._publisher = asyncio.get_running_loop().create_task(self._publish_waiting())

    async def finish(self) -> None:
        """Wait until nothing waits to be published."""
        while self._publisher is not None:
            await asyncio.shield(self._publisher)

    async def _publish_waiting(self) -> None:
        try:
            while self._waiting:
                await self._publish_batch([self._waiting.popleft() for _ in range(min(MAX_BATCH, len(self._waiting)))])
        finally:
            self._publisher = None

    async def _publish_batch(self, batch: list[tuple[str, bytes]]) -> None:
        try:
            await self._send_batch([part for message in batch for part in message])
            publish_batch.observe(len(batch))
        except (RedisError, OSError) as error:
            # A hint is lost, not a message: clients find it by its seq.
            dropped.labels("redis").inc(len(batch))
            logger.warning("layer: publishing failed", extra={"messages": len(batch), "error": str(error)})
            await asyncio.sleep(random.uniform(0.05, 0.3))

    async def _send_batch(self, parts: list[str | bytes]) -> None:
        """On the connection itself: what a client of redis-py does around a command costs five times the command."""
        was_open = self._outlet is not None
        try:
            await self._ask(parts)
        except ConnectionLost:
            if not was_open:
                raise
            # It was open from before, and Redis has ended it since: told twice is no harm, not told is.
            await self._ask(parts)

    async def _ask(self, parts: list[str | bytes]) -> None:
        if self._outlet is None:
            self._outlet = await self._publisher_pool.get_connection()  # type: ignore[no-untyped-call]
        outlet = self._outlet
        try:
            await outlet.send_command("EVAL", PUBLISH_ALL, 0, *parts)
            await outlet.read_response(disable_decoding=True)
        except ResponseError:
            raise
        except BaseException:
            # Given up in the middle, the next answer would be taken for another's.
            self._outlet = None
            await outlet.disconnect(nowait=True)
            await self._publisher_pool.release(outlet)
            raise

    # ---- subscribing ----

    async def subscribe(self, topic: str) -> None:
        """Follow a topic; returns when Redis has confirmed it, or without when Redis does not answer.

        In that case everybody is told of a return once it is joined, so that nothing read before counts as complete.
        """
        confirmed = self._topics.get(topic)
        if confirmed is None:
            confirmed = self._topics[topic] = asyncio.get_running_loop().create_future()
            await self._command("SUBSCRIBE", topic)
        if self._reader is None:
            self._reader = asyncio.get_running_loop().create_task(self._read_forever())
        if confirmed.done():
            return
        # Redis being away must not keep a visitor out, nor may an agent wait for it once per conversation.
        if not self._is_silent:
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(confirmed), CONNECT_SECONDS)
                return
            self._is_silent = True
        if topic in self._topics:
            self._unsure.add(topic)

    async def unsubscribe(self, topic: str) -> None:
        if self._topics.pop(topic, None) is not None:
            self._be_sure(topic)
            await self._command("UNSUBSCRIBE", topic)

    async def close(self) -> None:
        for task in (self._reader, self._publisher):
            if task is not None:
                task.cancel()
        self._reader = self._publisher = None
        await self._reader_pool.disconnect()
        await self._publisher_pool.disconnect()

    async def _command(self, *parts: str) -> None:
        """Write to the reading connection, if there is one; otherwise joining anew on its return covers it."""
        async with self._write_lock:
            if self._connection is not None:
                with suppress(RedisError, OSError):
                    await self._connection.send_command(*parts)

    # ---- reading ----

    async def _read_forever(self) -> None:
        failures = 0
        while True:
            try:
                await self._connect()
                failures = 0
                await self._read()
            except (RedisError, OSError, TimeoutError) as error:
                failures += 1
                self._is_silent = True
                reconnects.inc()
                logger.warning("layer: subscriptions lost, joining again", extra={"error": str(error)})
            await self._disconnect()
            await asyncio.sleep(random.uniform(0.05, min(MAX_BACKOFF_SECONDS, 0.1 * 2**failures)))

    async def _connect(self) -> None:
        connection: AbstractConnection = await self._reader_pool.get_connection()  # type: ignore[no-untyped-call]
        topics = list(self._topics)
        self._unsure |= {topic for topic, confirmed in self._topics.items() if confirmed.done()}
        for start in range(0, len(topics), TOPICS_PER_COMMAND):
            await connection.send_command("SUBSCRIBE", *topics[start : start + TOPICS_PER_COMMAND])
        self._connection = connection
        # What was subscribed while the commands above were on their way.
        for topic in self._topics.keys() - set(topics):
            await self._command("SUBSCRIBE", topic)

    async def _read(self) -> None:
        assert self._connection is not None
        pinger = asyncio.get_running_loop().create_task(self._ping())
        try:
            while True:
                answer = await self._connection.read_response(disable_decoding=True)
                self._heard_at = time.monotonic()
                self._handle(answer)
        finally:
            pinger.cancel()

    async def _ping(self) -> None:
        """Ask for a sign of life, and end a connection that gives none: a timer per message would cost more than it."""
        self._heard_at = time.monotonic()
        while self._connection is not None:
            await asyncio.sleep(PING_SECONDS)
            if time.monotonic() - self._heard_at > SILENCE_SECONDS:
                await self._connection.disconnect(nowait=True)
                return
            await self._command("PING")

    def _handle(self, answer: Any) -> None:
        self._is_silent = False
        kind = answer[0] if isinstance(answer, list) and answer else None
        if kind == b"message":
            self._deliver(answer[1].decode(), answer[2])
        elif kind == b"subscribe":
            topic = answer[1].decode()
            confirmed = self._topics.get(topic)
            if confirmed is not None and not confirmed.done():
                confirmed.set_result(None)
            self._be_sure(topic)

    def _be_sure(self, topic: str) -> None:
        """Note that the topic is joined, or left. Was it the last one that was not sure, everybody compares tops: not
        before, because what is written between reading and joining would be missed by both."""
        if topic in self._unsure:
            self._unsure.discard(topic)
            if not self._unsure:
                self._on_return()

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(RedisError, OSError):
                await connection.disconnect()
            await self._reader_pool.release(connection)
