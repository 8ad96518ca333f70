"""Following topics: called directly by our own layer, through a channel with others."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol

import redis
from channels.layers import BaseChannelLayer, get_channel_layer

from chat.fanout.bus import channel_layer
from chat.layer import KefuChannelLayer

logger = logging.getLogger(__name__)

Deliver = Callable[[dict[str, Any]], None]


class Follower(Protocol):
    """A connection that can follow topics: called directly by our own layer, by its channel's name through others."""

    channel_name: str

    def deliver(self, message: dict[str, Any]) -> None: ...


def delivers_directly() -> bool:
    """Tell whether messages come as calls of `deliver`, without a channel, queue or task per connection."""
    return isinstance(get_channel_layer(), KefuChannelLayer)


async def subscribe(follower: Follower, *topics: str) -> None:
    """Follow the topics; returns when nothing can be missed any more."""
    layer = channel_layer()
    if isinstance(layer, KefuChannelLayer):
        await layer.hub().subscribe_all(topics, follower.deliver)
    else:
        for topic in topics:
            await layer.group_add(topic, follower.channel_name)


async def unsubscribe(follower: Follower, *topics: str) -> None:
    layer = channel_layer()
    for topic in topics:
        if isinstance(layer, KefuChannelLayer):
            await layer.hub().unsubscribe(topic, follower.deliver)
        else:
            await layer.group_discard(topic, follower.channel_name)


@asynccontextmanager
async def listening(topics: Sequence[str], deliver: Deliver) -> AsyncIterator[None]:
    """Have `deliver` called with each message of the topics for the length of a `with` block: for long polls."""
    layer = channel_layer()
    listener = _Listener(layer, deliver)
    await listener.start()
    try:
        await subscribe(listener, *topics)
        yield
    finally:
        await listener.stop(topics)


class _Listener:
    """A follower that lives as long as one question; with other layers it has a channel and a task that reads it."""

    def __init__(self, layer: BaseChannelLayer, deliver: Deliver) -> None:
        self.layer, self.deliver = layer, deliver
        self.channel_name = ""
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        if not isinstance(self.layer, KefuChannelLayer):
            self.channel_name = await self.layer.new_channel()
            self._task = asyncio.get_running_loop().create_task(self._read())
            # Cancelled before it ever ran, it would leave the channel behind: only a `receive` that began cleans up.
            await asyncio.sleep(0)

    async def stop(self, topics: Sequence[str]) -> None:
        """Leave the topics. A bus that does not answer is no reason to lose what was to be answered."""
        try:
            await unsubscribe(self, *topics)
        except (redis.RedisError, OSError):
            logger.warning("fan-out: topics not left; the bus does not answer")
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError, redis.RedisError, OSError):
                await self._task

    async def _read(self) -> None:
        while True:
            self.deliver(await self.layer.receive(self.channel_name))
