"""What the owner asked to be told, told in order."""

import asyncio
import inspect
import logging
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any

logger = logging.getLogger(__name__)


class Callbacks:
    """Plain or async functions, called one after the other: events keep their order, and a slow owner holds up
    nobody but itself."""

    def __init__(self) -> None:
        self._known: dict[str, list[Callable[..., Any]]] = defaultdict(list)
        self._calls: asyncio.Queue[Callable[[], Any]] = asyncio.Queue()

    def add(self, name: str, callback: Callable[..., Any]) -> None:
        self._known[name].append(callback)

    def tell(self, name: str, *arguments: object) -> None:
        for callback in self._known[name]:
            self._calls.put_nowait(partial(callback, *arguments))

    def later(self, call: Callable[[], Any]) -> None:
        self._calls.put_nowait(call)

    async def run(self) -> None:
        while True:
            call = await self._calls.get()
            try:
                answer = call()
                if inspect.isawaitable(answer):
                    await answer
            except Exception:
                # The owner's fault stops nothing of ours.
                logger.exception("a callback failed")
