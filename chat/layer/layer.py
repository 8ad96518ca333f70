import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import uuid4

from channels.exceptions import ChannelFull
from channels.layers import BaseChannelLayer

from chat.layer.hub import Hub, Message, Receiver


class KefuChannelLayer(BaseChannelLayer):
    """The layer of a process; each event loop has a hub of its own.

    Configured with `urls` (topics are spread over them by hash), `prefix` and `capacity` (messages that wait per
    channel of the standard interface).
    """

    extensions = ["groups"]

    def __init__(self, urls: Sequence[str], prefix: str = "kf:", capacity: int = 256, expiry: int = 60) -> None:
        super().__init__(expiry=expiry, capacity=capacity)
        self._urls = list(urls)
        self._prefix = prefix
        self._hubs: dict[asyncio.AbstractEventLoop, Hub] = {}
        # The last answer of hub(): it is asked for with every message, nearly always on the same loop.
        self._last: tuple[asyncio.AbstractEventLoop, Hub] | None = None
        self._queues: dict[str, asyncio.Queue[Message]] = {}
        self._groups: dict[str, set[str]] = {}
        self._receivers: dict[str, Receiver] = {}

    # ---- what fan-out uses ----

    def hub(self) -> Hub:
        """The hub of the running loop; those of loops that ended are forgotten."""
        loop, last = asyncio.get_running_loop(), self._last
        if last is not None and last[0] is loop:
            return last[1]
        if loop not in self._hubs:
            self._hubs = {known: hub for known, hub in self._hubs.items() if not known.is_closed()}
            self._hubs[loop] = Hub(self._urls, self._prefix)
        self._last = loop, self._hubs[loop]
        return self._hubs[loop]

    async def close(self) -> None:
        self._last = None
        hub = self._hubs.pop(asyncio.get_running_loop(), None)
        if hub is not None:
            await hub.close()

    # ---- the standard interface of Channels ----

    async def group_send(self, group: str, message: Message) -> None:
        self.hub().publish(group, message)

    async def send(self, channel: str, message: Message) -> None:
        queue = self._queues.get(channel)
        if queue is None:
            self.hub().publish(channel, message)
            return
        try:
            queue.put_nowait(message)
        except asyncio.QueueFull:
            raise ChannelFull from None

    async def new_channel(self, prefix: str = "specific") -> str:
        channel = f"{prefix}.{uuid4().hex}"
        queue: asyncio.Queue[Message] = asyncio.Queue(self.capacity)
        self._queues[channel] = queue
        self._groups[channel] = set()

        def receiver(message: Message) -> None:
            # Full: dropped for this channel, as the standard says; other members of the group get it.
            with suppress(asyncio.QueueFull):
                queue.put_nowait(message)

        self._receivers[channel] = receiver
        await self.hub().subscribe(channel, receiver)
        return channel

    async def receive(self, channel: str) -> Message:
        try:
            return await self._queues[channel].get()
        except (asyncio.CancelledError, GeneratorExit):
            # Channels cancels this when the consumer ends; there is no other word for "the channel is gone".
            await self._forget(channel)
            raise

    async def group_add(self, group: str, channel: str) -> None:
        receiver = self._receivers.get(channel)
        if receiver is not None:
            self._groups[channel].add(group)
            await self.hub().subscribe(group, receiver)

    async def group_discard(self, group: str, channel: str) -> None:
        receiver = self._receivers.get(channel)
        if receiver is not None:
            self._groups[channel].discard(group)
            await self.hub().unsubscribe(group, receiver)

    async def _forget(self, channel: str) -> None:
        self._queues.pop(channel, None)
        receiver: Any = self._receivers.pop(channel, None)
        if receiver is not None:
            for topic in [*self._groups.pop(channel, ()), channel]:
                await self.hub().unsubscribe(topic, receiver)
