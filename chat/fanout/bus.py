"""Publishing: on one event loop per process, in order. Our own layer takes messages at once; others wait in a queue."""

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

from channels.layers import BaseChannelLayer, get_channel_layer
from prometheus_client import Counter

from chat.fanout.rows import Rows
from chat.layer import KefuChannelLayer

logger = logging.getLogger(__name__)

MAX_QUEUED = 10_000
FINISH_SECONDS = 5.0
FINISH_HERE_SECONDS = 1.0
published = Counter("kefu_fanout_published", "Events handed to the bus.")
dropped = Counter("kefu_fanout_dropped", "Events not handed to the bus; clients find them by their seq.", ["reason"])


def channel_layer() -> BaseChannelLayer:
    layer = get_channel_layer()
    if layer is None:
        raise RuntimeError("No channel layer is configured.")
    return layer


class Bus:
    """Publishes on the event loop that it is made for. All methods but `call` belong to that loop's thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.rows = Rows()
        self._queue: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue(MAX_QUEUED)
        self._task: asyncio.Task[None] | None = None

    def call(self, function: Callable[..., None], *args: Any) -> None:
        """Call the function in the loop's thread: at once when we are there, otherwise soon."""
        if _running_loop() is self.loop:
            function(*args)
        else:
            self.loop.call_soon_threadsafe(function, *args)

    def call_each(self, functions: Sequence[Callable[["Bus"], None]]) -> None:
        """Call the functions with this bus in the loop's thread, one after the other; one that fails stops no other."""
        self.call(self._each, functions)

    def _each(self, functions: Sequence[Callable[["Bus"], None]]) -> None:
        for function in functions:
            try:
                function(self)
            except Exception:
                logger.exception("fan-out: publishing failed; clients will ask by seq")

    def put(self, topic: str, message: dict[str, Any]) -> None:
        layer = channel_layer()
        if isinstance(layer, KefuChannelLayer):
            layer.hub().publish(topic, message)
            published.inc()
            return
        if self._task is None:
            self._task = self.loop.create_task(self._run(layer))
        try:
            self._queue.put_nowait((topic, message))
        except asyncio.QueueFull:
            dropped.labels("queue_full").inc()

    async def _run(self, layer: BaseChannelLayer) -> None:
        while True:
            topic, message = await self._queue.get()
            try:
                await layer.group_send(topic, message)
                published.inc()
            except Exception:
                dropped.labels("bus").inc()
                logger.warning("fan-out: publishing failed; clients will ask by seq", exc_info=True)
            finally:
                self._queue.task_done()

    async def finish(self) -> None:
        """Wait until all that was put is at Redis, rows that were gathered included."""
        self.rows.tell_all()
        await self._queue.join()
        layer = channel_layer()
        if isinstance(layer, KefuChannelLayer):
            await layer.hub().finish()


_bus: Bus | None = None
_bus_lock = threading.Lock()


def adopt_running_loop() -> None:
    """Publish on the loop that runs now; connections call it, so that a web process needs no extra thread."""
    global _bus
    loop = asyncio.get_running_loop()
    if _bus is None or _bus.loop is not loop:
        with _bus_lock:
            _bus = Bus(loop)


def bus() -> Bus:
    """The adopted loop's bus; in workers and commands, that of a thread started for it."""
    global _bus
    if _bus is not None and not _bus.loop.is_closed():
        return _bus
    with _bus_lock:
        if _bus is None or _bus.loop.is_closed():
            loop = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="kefu-fanout", daemon=True).start()
            _bus = Bus(loop)
        return _bus


def publish(topic: str, message: dict[str, Any]) -> None:
    """Hand a message to every process with a follower of the topic. Safe in any thread."""
    current = bus()
    current.call(current.put, topic, message)


async def finish_publishing_here() -> None:
    """`finish_publishing` on the loop that publishes: for web processes, whose loop ends right after."""
    if _bus is not None and _bus.loop is asyncio.get_running_loop():
        try:
            async with asyncio.timeout(FINISH_HERE_SECONDS):
                await _bus.finish()
        except TimeoutError:
            logger.warning("fan-out: what was announced could not be handed to Redis in time")


def finish_publishing() -> None:
    """Wait until what was announced is at Redis: for commands, which end right after and would take it with them.

    Never called on the loop that publishes. Gives up after FINISH_SECONDS: then Redis does not answer.
    """
    if _bus is not None:
        waiting = asyncio.run_coroutine_threadsafe(_bus.finish(), _bus.loop)
        try:
            waiting.result(FINISH_SECONDS)
        except TimeoutError:
            waiting.cancel()
            logger.warning("fan-out: what was announced could not be handed to Redis in time")


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
