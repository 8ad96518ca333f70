"""The topics of one event loop: who follows what here, and which Redis carries it."""

import asyncio
import logging
import struct
import time
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from prometheus_client import Histogram

from chat.layer.shard import Shard

logger = logging.getLogger(__name__)

Message = dict[str, Any]
Receiver = Callable[[Message], None]

# A push travels as its text behind the time at which it left, so that nobody decodes and encodes it again; all else is
# msgpack. The first byte tells them apart.
_OTHER, _PUSH = b"\x00", b"\x01"
_stamp = struct.Struct("<d")
_TEXT_FROM = 1 + _stamp.size

# Something was missed, of this topic or of all.
RETURNED: Message = {"type": "bus.returned"}

delivery_time = Histogram(
    "kefu_delivery_seconds",
    "From publishing an event until a process hands it to its connections.",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)


class Hub:
    """Delivers each message to the receivers of its topic in this process; subscribes once per topic."""

    def __init__(self, urls: Sequence[str], prefix: str) -> None:
        self._prefix = prefix
        self._receivers: dict[str, set[Receiver]] = {}
        self._shards = [Shard(url, self._deliver, self._tell_return, pack(RETURNED)) for url in urls]

    def publish(self, topic: str, message: Message) -> None:
        name = self._prefix + topic
        self._shard_of(name).publish(name, pack(message))

    async def subscribe(self, topic: str, receiver: Receiver) -> None:
        """Give `receiver` all messages of the topic from now on. It is called on the loop and must not block."""
        name = self._prefix + topic
        self._receivers.setdefault(name, set()).add(receiver)
        await self._shard_of(name).subscribe(name)

    async def subscribe_all(self, topics: Sequence[str], receiver: Receiver) -> None:
        """`subscribe` for several topics at once: their confirmations are waited for together."""
        if len(topics) == 1:
            await self.subscribe(topics[0], receiver)
        else:
            await asyncio.gather(*(self.subscribe(topic, receiver) for topic in topics))

    async def unsubscribe(self, topic: str, receiver: Receiver) -> None:
        name = self._prefix + topic
        receivers = self._receivers.get(name)
        if receivers is None:
            return
        receivers.discard(receiver)
        if not receivers:
            del self._receivers[name]
            await self._shard_of(name).unsubscribe(name)

    async def finish(self) -> None:
        """Wait until what was published is at Redis."""
        for shard in self._shards:
            await shard.finish()

    async def close(self) -> None:
        for shard in self._shards:
            await shard.close()

    def _shard_of(self, name: str) -> Shard:
        return self._shards[zlib.crc32(name.encode()) % len(self._shards)]

    def _deliver(self, name: str, payload: bytes) -> None:
        receivers = self._receivers.get(name)
        if receivers:
            self._hand_out(tuple(receivers), unpack(payload))

    def _tell_return(self) -> None:
        """After a gap nobody knows what was missed: all are told, so that they can compare their tops."""
        everyone = {receiver for receivers in self._receivers.values() for receiver in receivers}
        self._hand_out(tuple(everyone), RETURNED)

    def _hand_out(self, receivers: Sequence[Receiver], message: Message) -> None:
        for receiver in receivers:
            try:
                receiver(message)
            except Exception:
                logger.exception("layer: a receiver failed")


def pack(message: Message) -> bytes:
    if message["type"] == "push":
        return b"".join((_PUSH, _stamp.pack(time.time()), str(message["text"]).encode()))
    return _OTHER + msgspec.msgpack.encode(message)


def unpack(payload: bytes) -> Message:
    if payload[:1] == _OTHER:
        message: Message = msgspec.msgpack.decode(payload[1:])
        return message
    delivery_time.observe(max(0.0, time.time() - _stamp.unpack_from(payload, 1)[0]))
    return {"type": "push", "text": payload[_TEXT_FROM:].decode()}
