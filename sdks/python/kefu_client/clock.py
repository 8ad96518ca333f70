"""Time as the client sees it."""

import asyncio
import time
from collections.abc import Callable

WATCH_SECONDS = 5.0
SLEPT_MS = 3_000


def steady_ms() -> float:
    """Milliseconds that never jump, and go on while the machine sleeps where the system offers that."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return (time.clock_gettime(clock) if clock is not None else time.monotonic()) * 1_000


async def watch_sleep(clock: Callable[[], float], woke: Callable[[], None]) -> None:
    """The loop's clock stands while the machine sleeps, ours does not."""
    loop = asyncio.get_running_loop()
    while True:
        before = clock() - loop.time() * 1_000
        await asyncio.sleep(WATCH_SECONDS)
        if clock() - loop.time() * 1_000 - before > SLEPT_MS:
            woke()
