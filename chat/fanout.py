"""DOOR 2: what changed goes from here to all processes with a subscriber, after commit. Only here are topics named.

A push is a hint: losing one costs a client a question, never a message. `announce…` may be called in any thread or
process; publishing itself happens on one event loop per process, in order, from a bounded queue.
"""

import asyncio
import hashlib
import logging
import threading
from typing import Any, Protocol
from uuid import UUID

import msgspec
from channels.layers import BaseChannelLayer, get_channel_layer
from django.db import transaction
from prometheus_client import Counter

from chat.events import AGENT, VISITOR, Frame, event_frame, hint_frame
from chat.layer import KefuChannelLayer
from chat.models import Conversation, Message
from chat.pages import conversation_row
from tenants.context import current_tenant
from tenants.models import Tenant

logger = logging.getLogger(__name__)

MAX_QUEUED = 10_000
published = Counter("kefu_fanout_published", "Events handed to the bus.")
dropped = Counter("kefu_fanout_dropped", "Events not handed to the bus; clients find them by their seq.", ["reason"])
encode_frame = msgspec.json.Encoder().encode


# ---- topics ----


def visitor_topic(tenant: Tenant, visitor_id: UUID) -> str:
    """All that one visitor may see."""
    return f"b.{tenant.pk.hex}.visitor.{visitor_id.hex}"


def watch_topic(tenant: Tenant, conversation_id: UUID) -> str:
    """All events of one conversation, notes included: for agents that have it open or assigned."""
    return f"b.{tenant.pk.hex}.watch.{conversation_id.hex}"


def agent_topic(tenant: Tenant, agent_id: UUID) -> str:
    """What concerns one agent's own connections."""
    return f"b.{tenant.pk.hex}.agent.{agent_id.hex}"


def session_topic(tenant: Tenant, session_key: str) -> str:
    """The connections that one staff session opened. The key itself must not stand in a topic's name."""
    return f"b.{tenant.pk.hex}.session.{hashlib.sha256(session_key.encode()).hexdigest()[:32]}"


def desk_topic(tenant: Tenant) -> str:
    """Rows of lists and agents' availability: for all agents of the brand."""
    return f"b.{tenant.pk.hex}.desk"


def brand_topic(tenant: Tenant) -> str:
    """Orders to every connection of the brand."""
    return f"b.{tenant.pk.hex}.all"


# ---- announcing, after commit ----


def announce_entry(conversation: Conversation, entry: Message) -> None:
    """Tell the visitor, the watchers and the lists about a new row of the log. `visitor` must be loaded."""
    for topic, frame in _of_entry(current_tenant(), conversation, entry):
        _after_commit(topic, frame)


def publish_entry(tenant: Tenant, conversation: Conversation, entry: Message) -> None:
    """`announce_entry` for a row that is already committed: for the group commit, which runs outside any brand."""
    for topic, frame in _of_entry(tenant, conversation, entry):
        hint(topic, frame)


def announce_row(conversation: Conversation) -> None:
    """Tell all agents how the conversation's row looks now. `visitor` must be loaded."""
    _after_commit(desk_topic(current_tenant()), _row_frame(conversation))


def announce_read(conversation: Conversation, reader: str, seq: int) -> None:
    tenant = current_tenant()
    frame = hint_frame("conversation.read", conversation.pk, {"by": reader, "seq": seq})
    _after_commit(visitor_topic(tenant, conversation.visitor_id), frame)
    _after_commit(watch_topic(tenant, conversation.pk), frame)


def announce_to_desk(frame: Frame) -> None:
    """Tell all agents of the brand something that has no row in a log."""
    _after_commit(desk_topic(current_tenant()), frame)


def announce_close(topic: str, code: int) -> None:
    """Close every connection that follows the topic: its access ended."""
    transaction.on_commit(lambda: _publish(topic, {"type": "close.now", "code": code}))


def hint(topic: str, frame: Frame) -> None:
    """Publish at once something that was never written: typing, presence."""
    _publish(topic, {"type": "push", "text": encode_frame(frame).decode()})


def _of_entry(tenant: Tenant, conversation: Conversation, entry: Message) -> list[tuple[str, Frame]]:
    return [
        (visitor_topic(tenant, conversation.visitor_id), event_frame(entry, VISITOR)),
        (watch_topic(tenant, conversation.pk), event_frame(entry, AGENT)),
        (desk_topic(tenant), _row_frame(conversation)),
    ]


def _row_frame(conversation: Conversation) -> Frame:
    return hint_frame("conversation.updated", conversation.pk, {"row": conversation_row(conversation)})


def _after_commit(topic: str, frame: Frame) -> None:
    message = {"type": "push", "text": encode_frame(frame).decode()}
    transaction.on_commit(lambda: _publish(topic, message))


# ---- the bus ----


def _layer() -> BaseChannelLayer:
    layer = get_channel_layer()
    if layer is None:
        raise RuntimeError("No channel layer is configured.")
    return layer


class _Bus:
    """Publishes on one event loop, in order, from a bounded queue."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._queue: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue(MAX_QUEUED)
        self._task: asyncio.Task[None] | None = None

    def put_threadsafe(self, topic: str, message: dict[str, Any]) -> None:
        self.loop.call_soon_threadsafe(self._put, topic, message)

    def _put(self, topic: str, message: dict[str, Any]) -> None:
        if self._task is None:
            self._task = self.loop.create_task(self._run())
        try:
            self._queue.put_nowait((topic, message))
        except asyncio.QueueFull:
            dropped.labels("queue_full").inc()

    async def _run(self) -> None:
        layer = _layer()
        while True:
            topic, message = await self._queue.get()
            try:
                await layer.group_send(topic, message)
                published.inc()
            except Exception:
                dropped.labels("bus").inc()
                logger.warning("fan-out: publishing failed; clients will ask by seq", exc_info=True)


_bus: _Bus | None = None
_bus_lock = threading.Lock()


def adopt_running_loop() -> None:
    """Publish on the loop that runs now; consumers call it, so that a web process needs no extra thread."""
    global _bus
    loop = asyncio.get_running_loop()
    if _bus is None or _bus.loop is not loop:
        with _bus_lock:
            _bus = _Bus(loop)


def _publish(topic: str, message: dict[str, Any]) -> None:
    _bus_of_process().put_threadsafe(topic, message)


def _bus_of_process() -> _Bus:
    """The adopted loop's bus; in workers and commands, that of a thread started for it."""
    global _bus
    with _bus_lock:
        if _bus is None or _bus.loop.is_closed():
            loop = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="kefu-fanout", daemon=True).start()
            _bus = _Bus(loop)
        return _bus


# ---- subscribing ----


class Follower(Protocol):
    """A connection that can follow topics: called directly by our own layer, by its channel's name through others."""

    channel_name: str

    def deliver(self, message: dict[str, Any]) -> None: ...


def delivers_directly() -> bool:
    """Tell whether messages come as calls of `deliver`, without a channel, queue or task per connection."""
    return isinstance(get_channel_layer(), KefuChannelLayer)


async def subscribe(topic: str, follower: Follower) -> None:
    """Follow the topic; returns when nothing can be missed any more."""
    layer = _layer()
    if isinstance(layer, KefuChannelLayer):
        await layer.hub().subscribe(topic, follower.deliver)
    else:
        await layer.group_add(topic, follower.channel_name)


async def unsubscribe(topic: str, follower: Follower) -> None:
    layer = _layer()
    if isinstance(layer, KefuChannelLayer):
        await layer.hub().unsubscribe(topic, follower.deliver)
    else:
        await layer.group_discard(topic, follower.channel_name)
