"""What waits to be sent to one client. At rest there is no task and nothing waits; a slow reader is cut off."""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from types import coroutine
from typing import Any

from prometheus_client import Counter

from chat.encodings import Wire

MAX_EVENTS = 256
MAX_CHARS = 1024 * 1024
FLUSH_SECONDS = 2.0

too_slow = Counter("kefu_socket_too_slow", "Connections closed because they did not read.")

Send = Callable[[Wire], Coroutine[Any, Any, None]]


class Outgoing:
    """Sends texts in order. A task exists only while something waits."""

    __slots__ = ("_chars", "_closer", "_is_over", "_on_overflow", "_send", "_task", "_waiting")

    def __init__(self, send: Send, on_overflow: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._send = send
        self._on_overflow = on_overflow
        # A list: an empty deque is 0.8 KB, and at most 256 wait.
        self._waiting: list[Wire] = []
        self._chars = 0
        self._task: asyncio.Task[None] | None = None
        self._closer: asyncio.Task[None] | None = None
        self._is_over = False

    def put(self, text: Wire) -> None:
        """Queue a text. More than 256 texts or 1 MB that the client has not taken: the connection ends (4410)."""
        if self._is_over:
            return
        self._waiting.append(text)
        self._chars += len(text)
        # One text alone is not too much, however long: a client that reads takes it.
        if len(self._waiting) > MAX_EVENTS or (self._chars > MAX_CHARS and len(self._waiting) > 1):
            self._cut_off()
        elif self._task is None:
            self._begin()

    async def flush(self) -> None:
        """Wait until all that waits is sent; a client that does not take it is not waited for longer than a moment."""
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=FLUSH_SECONDS)

    def end(self) -> None:
        """The connection is gone."""
        self._is_over = True
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _cut_off(self) -> None:
        too_slow.inc()
        self.end()
        self._closer = asyncio.get_running_loop().create_task(self._on_overflow())

    def _begin(self) -> None:
        """Send what waits. A client that takes it at once, as most do, needs no task for it."""
        text = self._waiting.pop()
        self._chars -= len(text)
        sending = self._send(text)
        try:
            waits_for = sending.send(None)
        except StopIteration:
            return
        except Exception:
            self._end_silently()
            return
        self._task = asyncio.get_running_loop().create_task(self._work(_resume(sending, waits_for)))

    def _end_silently(self) -> None:
        """The client left while something was on its way: the disconnect event follows."""
        self._is_over = True
        self._waiting.clear()

    async def _work(self, begun: Any) -> None:
        try:
            await begun
            while self._waiting:
                text = self._waiting.pop(0)
                self._chars -= len(text)
                await self._send(text)
        except Exception:
            self._end_silently()
        finally:
            self._task = None


@coroutine
def _resume(begun: Coroutine[Any, Any, None], waits_for: Any) -> Generator[Any, Any, None]:
    """Go on, in a task, with a coroutine that was run outside of one until it had to wait for something."""
    try:
        yield waits_for
    except BaseException as error:
        yield begun.throw(error)
    yield from begun.__await__()
