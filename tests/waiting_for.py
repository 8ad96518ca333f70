"""Waiting for what comes to pass by itself, in threads and on event loops."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

SECONDS = 60.0


def wait_until(is_so: Callable[[], Any], seconds: float = SECONDS, what: str = "it comes to pass") -> None:
    """Look until it is so. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.02)


async def until(is_so: Callable[[], Any], seconds: float = SECONDS, what: str = "it comes to pass") -> float:
    """Look until it is so; return how long it took. Raises TimeoutError."""
    started = time.monotonic()
    while not is_so():
        if time.monotonic() - started > seconds:
            raise TimeoutError(f"not within {seconds:.0f} s: {what}")
        await asyncio.sleep(0.02)
    return time.monotonic() - started
