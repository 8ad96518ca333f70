"""SIGTERM: connections are told to go elsewhere before the server closes what is left of them.

The server closes all sockets as soon as its own handler runs. So ours comes first, and calls it when the clients have
gone or their time is over.
"""

import asyncio
import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

from chat.connections import connections

Handler = Callable[[int, FrameType | None], Any]
_running: set[asyncio.Task[None]] = set()


def drain_on_sigterm() -> None:
    """Put ourselves before the server's handler. Called in the server's loop, after its own is in place."""
    served = signal.getsignal(signal.SIGTERM)
    if callable(served):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, _start, served)


def _start(served: Handler) -> None:
    if connections.is_draining:
        served(signal.SIGTERM, None)  # asked twice: at once
        return
    task = asyncio.get_running_loop().create_task(_drain(served))
    _running.add(task)
    task.add_done_callback(_running.discard)


async def _drain(served: Handler) -> None:
    await connections.drain()
    served(signal.SIGTERM, None)
