"""One Redis: a connection that reads subscriptions and one that publishes in batches. Both come back by themselves."""

import asyncio
import logging
import math
import random
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import islice
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
RETELL_SECONDS = 2.0

dropped = Counter("kefu_layer_dropped", "Messages not handed to Redis, or not on from there.", ["reason"])
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

    def __init__(self, url: str, deliver: Deliver, on_return: Callable[[], None], gap: bytes) -> None:
        """`gap` is the message that tells a topic's followers that they missed something."""
        self._deliver = deliver
        self._gap = gap
        self._on_return = on_return
        # For writing only: a subscriber waits as long as nobody speaks; silence is judged by our own PINGs.
        self._reader_pool = ConnectionPool.from_url(
            url, socket_timeout=CONNECT_SECONDS, socket_connect_timeout=CONNECT_SECONDS, protocol=2, max_connections=2
        )
        self._publisher_pool = ConnectionPool.from_url(
            url, socket_timeout=CONNECT_SECONDS, socket_connect_timeout=CONNECT_SECONDS, protocol=2, max_connections=2
        )
        self._outlet: AbstractConnection | None = None
        self._topics: dict[str, asyncio.Future[None]] = {}
        # Topics whose followers do not know whether they are joined: they did not wait, or the connection is a new one.
        self._unsure: set[str] = set()
        self._is_silent = False
        self._has_warned = False
        self._heard_at = 0.0
        self._waiting: deque[tuple[str, bytes]] = deque()
        # Topics of messages that were not handed to Redis, and the time at which their followers are told.
        self._lost: set[str] = set()
        self._retelling: asyncio.TimerHandle | None = None
        self._connection: AbstractConnection | None = None
        self._transport: asyncio.WriteTransport | None = None
        self._write_lock = asyncio.Lock()
        self._reader: asyncio.Task[None] | None = None
        self._publisher: asyncio.Task[None] | None = None

    # ---- publishing ----

    def publish(self, topic: str, payload: bytes) -> None:
        """Queue a message; it leaves with all others of this moment in one call."""
        if len(self._waiting) >= MAX_WAITING:
            dropped.labels("queue_full").inc()
            self._note_lost([topic])
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
            dropped.labels("redis").inc(sum(payload is not self._gap for _, payload in batch))
            self._note_lost(topic for topic, _ in batch)
            logger.warning("layer: publishing failed", extra={"messages": len(batch), "error": str(error)})
            await asyncio.sleep(random.uniform(0.05, 0.3))

    def _note_lost(self, topics: Iterable[str]) -> None:
        """Tell the topics' followers once Redis takes messages again: elsewhere nobody may have noticed anything."""
        # Beyond the bound they find out by their heartbeats.
        self._lost.update(islice(topics, MAX_WAITING - len(self._lost)))
        if self._retelling is None:
            self._retelling = asyncio.get_running_loop().call_later(RETELL_SECONDS, self._retell)

    def _retell(self) -> None:
        lost, self._lost, self._retelling = self._lost, set(), None
        for topic in lost:
            self.publish(topic, self._gap)

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
        for work in (self._reader, self._publisher, self._retelling):
            if work is not None:
                work.cancel()
        self._reader = self._publisher = self._retelling = None
        await self._reader_pool.disconnect()
        await self._publisher_pool.disconnect()

    async def _command(self, *parts: str) -> None:
        """Write to the reading connection, if there is one; otherwise joining anew on its return covers it.

        A Redis that takes nothing is one that is away.
        """
        async with self._write_lock:
            if self._connection is not None:
                try:
                    await self._connection.send_command(*parts)
                except (RedisError, OSError):
                    self._cut()

    def _cut(self) -> None:
        """End the reading connection. At once: to close it would wait until Redis has taken what is unsent."""
        if self._connection is not None and self._transport is not None:
            self._connection = None
            self._transport.abort()

    # ---- reading ----

    async def _read_forever(self) -> None:
        failures = 0
        while True:
            connection = None
            try:
                connection = await self._reader_pool.get_connection()  # type: ignore[no-untyped-call]
                await self._join_all(connection)
                failures = 0
                await self._read(connection)
            except (RedisError, OSError, TimeoutError) as error:
                failures += 1
                self._is_silent = True
                reconnects.inc()
                logger.warning("layer: subscriptions lost, joining again", extra={"error": str(error)})
            if connection is not None:
                await self._give_back(connection)
            await asyncio.sleep(random.uniform(0.05, min(MAX_BACKOFF_SECONDS, 0.1 * 2**failures)))

    async def _join_all(self, connection: AbstractConnection) -> None:
        self._transport = connection._writer.transport if connection._writer else None
        topics = list(self._topics)
        self._unsure |= {topic for topic, confirmed in self._topics.items() if confirmed.done()}
        for start in range(0, len(topics), TOPICS_PER_COMMAND):
            await connection.send_command("SUBSCRIBE", *topics[start : start + TOPICS_PER_COMMAND])
        self._connection = connection
        # Who came or left while the commands above were on their way; each in one command: nobody comes in between.
        if fresh := self._topics.keys() - set(topics):
            await self._command("SUBSCRIBE", *fresh)
        if gone := set(topics) - self._topics.keys():
            await self._command("UNSUBSCRIBE", *gone)

    async def _read(self, connection: AbstractConnection) -> None:
        pinger = asyncio.get_running_loop().create_task(self._ping())
        try:
            while True:
                answer = await connection.read_response(disable_decoding=True, timeout=math.inf)
                self._heard_at = time.monotonic()
                try:
                    self._handle(answer)
                except Exception as error:
                    self._note_unreadable(error)
        finally:
            pinger.cancel()

    async def _ping(self) -> None:
        """Ask for a sign of life, and end a connection that gives none: a timer per message would cost more than it."""
        self._heard_at = time.monotonic()
        while self._connection is not None:
            await asyncio.sleep(PING_SECONDS)
            if time.monotonic() - self._heard_at > SILENCE_SECONDS:
                self._cut()
                return
            await self._command("PING")

    def _note_unreadable(self, error: Exception) -> None:
        """One message that is none of ours must not keep anybody from the next ones, nor fill the log."""
        dropped.labels("unreadable").inc()
        if not self._has_warned:
            self._has_warned = True
            logger.error("layer: a message could not be read; from here on such are counted only", exc_info=error)

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

    async def _give_back(self, connection: AbstractConnection) -> None:
        self._cut()
        self._connection = None
        with suppress(RedisError, OSError):
            await connection.disconnect()
        await self._reader_pool.release(connection)
