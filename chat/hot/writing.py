"""Writing hot history: what happened in one moment goes to Redis in one call, by one task per event loop.

Nobody waits for it. What does not fit, or what Redis does not take, is dropped and counted: readers see the gap and
ask PostgreSQL.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import UUID

from prometheus_client import Counter
from redis.exceptions import RedisError

from chat.events import AGENT, VISITOR
from chat.hot.refill import Refill, refill_arguments
from chat.hot.scripts import NOTE, REFILL
from chat.hot.spans import KEEP_EVENTS, KEEP_SECONDS, is_kept
from chat.keys import hot_key
from chat.redis_clients import client, close_client, rest
from tenants.models import Tenant

logger = logging.getLogger(__name__)

MAX_WAITING_BYTES = 16 * 1024 * 1024
MAX_WAITING_REFILLS = 1_000
MAX_BATCH = 200
# Nobody waits, so a moment may be long enough to gather something.
MOMENT_SECONDS = 0.1
WRITE_SECONDS = 2.0
# A process that ends does not wait longer: what is lost is a gap.
CLOSE_SECONDS = 1.0

noted = Counter("kefu_hot_noted", "Events written to hot history.")
dropped = Counter("kefu_hot_dropped", "Events and refills not written to hot history.", ["reason"])


class Note(NamedTuple):
    tenant: Tenant
    conversation_id: UUID
    seq: int
    visitor_bytes: bytes
    agent_bytes: bytes


class HotWriter:
    """What waits to be written on one event loop. A task exists only while something waits."""

    def __init__(self) -> None:
        self._notes: deque[Note] = deque()
        self._bytes = 0
        self._refills: deque[Refill] = deque()
        self._task: asyncio.Task[None] | None = None

    def note(self, note: Note) -> None:
        size = len(note.visitor_bytes) + len(note.agent_bytes)
        if self._bytes + size > MAX_WAITING_BYTES:
            dropped.labels("queue_full").inc()
            return
        self._notes.append(note)
        self._bytes += size
        self._start()

    def refill(self, refill: Refill) -> None:
        if len(self._refills) >= MAX_WAITING_REFILLS:
            dropped.labels("queue_full").inc()
            return
        self._refills.append(refill)
        self._start()

    async def flush(self) -> None:
        """Wait until what waits is written or dropped."""
        if self._task is not None:
            await asyncio.shield(self._task)

    def _start(self) -> None:
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        try:
            while self._notes or self._refills:
                if len(self._notes) < MAX_BATCH:
                    await asyncio.sleep(MOMENT_SECONDS)
                await self._write(self._take_notes(), self._take_refills())
        finally:
            self._task = None

    def _take_notes(self) -> list[Note]:
        notes = [self._notes.popleft() for _ in range(min(MAX_BATCH, len(self._notes)))]
        self._bytes -= sum(len(note.visitor_bytes) + len(note.agent_bytes) for note in notes)
        return notes

    def _take_refills(self) -> list[Refill]:
        return [self._refills.popleft() for _ in range(min(MAX_BATCH, len(self._refills)))]

    async def _write(self, notes: Sequence[Note], refills: Sequence[Refill]) -> None:
        if not rest.is_over():
            dropped.labels("redis").inc(len(notes) + len(refills))
            return
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                await _write_notes(notes)
                await _write_refills(refills)
        except (RedisError, OSError, TimeoutError) as error:
            rest.begin()
            dropped.labels("redis").inc(len(notes) + len(refills))
            logger.warning("hot history: writing failed", extra={"events": len(notes), "error": str(error)})


_writers: dict[asyncio.AbstractEventLoop, HotWriter] = {}


def note_event(tenant: Tenant, conversation_id: UUID, seq: int, visitor_bytes: bytes, agent_bytes: bytes) -> None:
    """Keep a committed event, as the bytes of its frame for either audience. Call it on an event loop; never blocks."""
    if is_kept(agent_bytes) and is_kept(visitor_bytes):
        _writer().note(Note(tenant, conversation_id, seq, visitor_bytes, agent_bytes))


def refill_events(refill: Refill) -> None:
    """Keep what was read from PostgreSQL after a miss. Call it on an event loop; never blocks."""
    _writer().refill(refill)


async def close() -> None:
    """Write what waits and close the running loop's connections."""
    writer = _writers.pop(asyncio.get_running_loop(), None)
    if writer is not None:
        with suppress(Exception):
            async with asyncio.timeout(CLOSE_SECONDS):
                await writer.flush()
    await close_client()


def _writer() -> HotWriter:
    loop = asyncio.get_running_loop()
    found = _writers.get(loop)
    if found is None:
        for ended in [known for known in list(_writers) if known.is_closed()]:
            _writers.pop(ended, None)
        found = _writers[loop] = HotWriter()
    return found


async def _write_notes(notes: Sequence[Note]) -> None:
    if notes:
        keys, arguments = note_arguments(notes)
        await client().register_script(NOTE)(keys=keys, args=[KEEP_EVENTS, KEEP_SECONDS, *arguments])
        noted.inc(len(notes))


async def _write_refills(refills: Sequence[Refill]) -> None:
    calls = [call for refill in refills if (call := refill_arguments(refill))]
    if calls:
        script = client().register_script(REFILL)
        async with client().pipeline(transaction=False) as pipe:
            for keys, arguments in calls:
                await script(keys, arguments, client=pipe)
            await pipe.execute()


def note_arguments(notes: Sequence[Note]) -> tuple[list[str], list[Any]]:
    """Keys and arguments of the NOTE script: the events of one conversation and audience stand together."""
    by_key: dict[str, list[Any]] = {}
    for key, seq, frame in _rows(notes):
        by_key.setdefault(key, []).extend((seq, frame))
    arguments: list[Any] = []
    for pairs in by_key.values():
        arguments += [len(pairs) // 2, *pairs]
    return list(by_key), arguments


def _rows(notes: Sequence[Note]) -> Iterator[tuple[str, int, bytes]]:
    for note in notes:
        yield hot_key(note.tenant, note.conversation_id, VISITOR), note.seq, note.visitor_bytes
        yield hot_key(note.tenant, note.conversation_id, AGENT), note.seq, note.agent_bytes
