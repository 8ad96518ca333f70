"""The group commit: messages of one brand that wait at the same moment go into one transaction.

While a batch is written the next one gathers, so batches grow with the load and a lone message waits for nothing. Order
is kept per brand: one batch at a time. The queue is bounded, and no brand fills it alone; a breaker per brand answers
for a database, or a lock in it, that does not.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
from django.conf import settings
from prometheus_client import Counter, Histogram

from chat.errors import Overloaded
from chat.message_log.breaker import Breaker
from chat.message_log.connection import Connections
from chat.message_log.entries import Batch, Entry, NeedsVerb, Written
from chat.message_log.statement import write_batch
from tenants.models import Tenant

logger = logging.getLogger(__name__)

MAX_WAITING = 5_000
MAX_WAITING_EACH = 2_500
MAX_BATCH = 256
CROWD = 6
GATHER_SECONDS = 0.003
CONNECTIONS = 4
BATCH_SECONDS = 15.0
# Who has no answer by then sends again elsewhere.
FLUSH_SECONDS = 2.0
CONNECT_SECONDS = 5.0

batch_size = Histogram("kefu_log_batch_size", "Messages per commit.", buckets=(1, 2, 5, 10, 20, 50, 100, 256))
batch_time = Histogram("kefu_log_batch_seconds", "Seconds per commit.")
refused = Counter("kefu_log_refused", "Messages refused before they were written.", ["reason"])

# The one statement of these connections is planned once: planning it for each batch costs more than running it. It must
# then be a plan for brands of any size, through indexes only, also where a table was still empty when it was planned.
PLANNING = (
    "plan_cache_mode=force_generic_plan",
    "enable_seqscan=off",
    "enable_hashjoin=off",
    "enable_mergejoin=off",
    "jit=off",
)

Key = tuple[UUID | None, UUID]
Tell = Callable[[Written, Batch], None]


@dataclass(slots=True)
class Pending:
    entry: Entry
    done: "asyncio.Future[tuple[Written | NeedsVerb, Batch]]"
    tell: Tell | None


@dataclass(slots=True)
class Lane:
    """The messages of one brand that wait, and the task that writes them."""

    tenant: Tenant
    waiting: deque[Pending] = field(default_factory=deque)
    breaker: Breaker = field(default_factory=Breaker)
    task: "asyncio.Task[None] | None" = None


class Writer:
    """The group commit of one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._lanes: dict[UUID, Lane] = {}
        self._waiting = 0
        # What is given up here must not be written later, when its time has passed and nobody would be told of it.
        limit = f"statement_timeout={int(BATCH_SECONDS * 1000)}"
        options = " ".join(f"-c {setting}" for setting in (*PLANNING, limit))
        self._connections = Connections(settings.DATABASE_URL, options, most=CONNECTIONS, seconds=CONNECT_SECONDS)

    async def write(self, tenant: Tenant, entry: Entry, tell: Tell | None = None) -> tuple[Written | NeedsVerb, Batch]:
        """Write the entry with whatever else waits; returns after COMMIT. Raises Overloaded, psycopg.Error.

        `tell` is called after the commit with a row that is new, also when whoever waits here has been cut off.
        """
        lane = self._lanes.get(tenant.pk)
        if lane is None:
            lane = self._lanes[tenant.pk] = Lane(tenant)
        if self._waiting >= MAX_WAITING or len(lane.waiting) >= MAX_WAITING_EACH:
            refused.labels("queue_full").inc()
            raise Overloaded(retry_after=1.0)
        if not lane.breaker.lets_through(time.monotonic()):
            refused.labels("breaker").inc()
            raise Overloaded(retry_after=2.0)
        pending = Pending(entry, self.loop.create_future(), tell)
        lane.waiting.append(pending)
        self._waiting += 1
        if lane.task is None:
            lane.task = self.loop.create_task(self._work(lane))
        return await pending.done

    async def flush(self) -> None:
        """Wait until everything that waits is written, two seconds at most, and close the connections."""
        tasks = [lane.task for lane in self._lanes.values() if lane.task]
        if tasks:
            await asyncio.wait(tasks, timeout=FLUSH_SECONDS)
        self._connections.close()

    async def _work(self, lane: Lane) -> None:
        try:
            while lane.waiting:
                batch, later = take_batch(lane.waiting)
                lane.waiting.extendleft(reversed(later))
                await self._write(lane, batch)
                # Many write: letting a few more come costs them little and saves as much work for each. One who writes
                # alone never waits.
                if len(batch) >= CROWD:
                    await asyncio.sleep(GATHER_SECONDS)
        finally:
            lane.task = None

    async def _write(self, lane: Lane, batch: list[Pending]) -> None:
        self._waiting -= len(batch)
        try:
            await self._commit(lane, batch)
        except psycopg.Error as error:
            if len(batch) == 1 or isinstance(error, psycopg.OperationalError):
                self._fail(batch, error)
                return
            # One of them is bad: it shall fail alone.
            for pending in batch:
                self._waiting += 1
                await self._write(lane, [pending])
        except Exception as error:
            self._fail(batch, error)

    async def _commit(self, lane: Lane, batch: list[Pending]) -> None:
        started = time.monotonic()
        try:
            async with asyncio.timeout(BATCH_SECONDS):
                connection = await self._connections.take()
                try:
                    done = await write_batch(connection, lane.tenant.schema_name, [pending.entry for pending in batch])
                finally:
                    self._connections.give_back(connection)
        except (psycopg.OperationalError, TimeoutError):
            lane.breaker.note_failure(time.monotonic())
            raise
        lane.breaker.note_success()
        batch_time.observe(time.monotonic() - started)
        batch_size.observe(len(batch))
        for pending, result in zip(batch, done.results, strict=True):
            if isinstance(result, Written) and not result.duplicate:
                _tell(pending, result, done)
            if not pending.done.done():
                pending.done.set_result((result, done))

    def _fail(self, batch: list[Pending], error: BaseException) -> None:
        if not isinstance(error, psycopg.Error | TimeoutError) or isinstance(error, psycopg.OperationalError):
            logger.error("message log: a batch failed", exc_info=error)
        unknown = isinstance(error, psycopg.OperationalError | TimeoutError)
        for pending in batch:
            if not pending.done.done():
                # Whether it was written is not known: the sender sends again under the same client_id.
                pending.done.set_exception(Overloaded(retry_after=2.0) if unknown else error)


def _tell(pending: Pending, written: Written, batch: Batch) -> None:
    try:
        if pending.tell is not None:
            pending.tell(written, batch)
    except Exception:
        # It is in the log: its sender gets the ack all the same.
        logger.exception("message log: a row was not announced; clients will ask by seq")


def take_batch(waiting: deque[Pending]) -> tuple[list[Pending], list[Pending]]:
    """Take the next batch off the queue; a client_id that is in it already waits for the one after."""
    batch: list[Pending] = []
    later: list[Pending] = []
    keys: set[Key] = set()
    while waiting and len(batch) < MAX_BATCH:
        pending = waiting.popleft()
        key = (pending.entry.author.id, pending.entry.client_id)
        if key in keys:
            later.append(pending)
        else:
            keys.add(key)
            batch.append(pending)
    return batch, later


_writer: Writer | None = None


def writer() -> Writer:
    """The running event loop's writer."""
    global _writer
    loop = asyncio.get_running_loop()
    if _writer is None or _writer.loop is not loop:
        _writer = Writer(loop)
    return _writer
