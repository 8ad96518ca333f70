"""Announcing: the frames of a change and the topics that they go to."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from chat.events import AGENT, VISITOR, Frame, LogRow, event_frame, hint_frame, is_same_for_all
from chat.fanout.bus import Bus, bus, publish
from chat.fanout.topics import agent_topic, desk_topic, visitor_topic, watch_topic
from chat.hot.writing import note_event
from chat.message_log.entries import Changed
from chat.models import Conversation
from chat.nudges import Grown, nudge, stir
from tenants.context import current_tenant
from tenants.models import Tenant

encode_frame = msgspec.json.Encoder().encode


def announce_entry(conversation: Conversation, entry: LogRow) -> None:
    """Tell the visitor, the watchers and the lists about a new row of the log, as both are now. `visitor` is loaded."""
    # Made here: at the end of a transaction its caller may have used the objects on, and left the brand.
    announce_entries([(Changed.of(conversation), entry)])


def announce_entries(entries: Sequence[tuple[Changed, LogRow]]) -> None:
    """`announce_entry` for many rows of one transaction: the publishing loop is woken once."""
    tenant = current_tenant()
    puts = [_entry_publication(tenant, conversation, entry) for conversation, entry in entries]
    transaction.on_commit(lambda: bus().call_each(puts), robust=True)


def publish_entry(tenant: Tenant, conversation: Changed, entry: LogRow) -> None:
    """`announce_entry` for a row that is already committed: for the group commit, which runs outside any brand."""
    bus().call_each([_entry_publication(tenant, conversation, entry)])


def _entry_publication(tenant: Tenant, conversation: Changed, entry: LogRow) -> Callable[[Bus], None]:
    """What tells everybody, to be called on the bus's loop after commit. The frames are made now."""
    for_agents = encode_frame(event_frame(entry, AGENT))
    for_visitor = for_agents if is_same_for_all(entry) else encode_frame(event_frame(entry, VISITOR))
    seq = entry.seq
    grown = Grown(
        tenant,
        conversation.pk,
        seq,
        entry.event,
        entry.author_kind,
        conversation.is_promised,
        conversation.left_message,
    )

    def put(current: Bus) -> None:
        current.put(visitor_topic(tenant, conversation.visitor_id), {"type": "push", "text": for_visitor.decode()})
        current.put(watch_topic(tenant, conversation.pk), {"type": "push", "text": for_agents.decode()})
        note_event(tenant, conversation.pk, seq, for_visitor, for_agents)
        current.rows.add(tenant, conversation, _send_rows)
        nudge(grown)

    return put


def announce_row(conversation: Conversation) -> None:
    """Tell all agents soon how the conversation's row looks, as it is now. `visitor` is loaded."""
    tenant, changed = current_tenant(), Changed.of(conversation)
    puts = [lambda current: current.rows.add(tenant, changed, _send_rows)]
    transaction.on_commit(lambda: bus().call_each(puts), robust=True)


def announce_read(conversation: Conversation, reader: str, seq: int) -> None:
    tenant = current_tenant()
    frame = hint_frame("conversation.read", conversation.pk, {"by": reader, "seq": seq})
    _after_commit(visitor_topic(tenant, conversation.visitor_id), frame)
    _after_commit(watch_topic(tenant, conversation.pk), frame)


def announce_to_watchers(conversation_id: UUID, frame: Frame) -> None:
    """Tell those who watch the conversation something that has no row in its log. Visitors never get it."""
    _after_commit(watch_topic(current_tenant(), conversation_id), frame)


def announce_visitor(visitor_id: UUID, *, merged_into: UUID | None = None) -> None:
    """Tell all agents that what is known of a visitor changed; whoever shows it asks for it again."""
    merged = {"merged_into": str(merged_into)} if merged_into else {}
    announce_to_desk(hint_frame("visitor.updated", None, {"visitor": str(visitor_id), **merged}))


def announce_to_desk(frame: Frame) -> None:
    """Tell all agents of the brand something that has no row in a log."""
    _after_commit(desk_topic(current_tenant()), frame)


def announce_to_agent(agent_id: UUID, frame: Frame) -> None:
    """Tell one agent, on all of its connections, something that has no row in a log."""
    _after_commit(agent_topic(current_tenant(), agent_id), frame)


def announce_stir() -> None:
    """Nudge the apps above in this process: who is there in this brand has changed. Safe to lose."""
    tenant = current_tenant()
    transaction.on_commit(lambda: bus().call(stir, tenant), robust=True)


def announce_close(topic: str, code: int) -> None:
    """Close every connection that follows the topic: its access ended."""
    transaction.on_commit(lambda: publish(topic, {"type": "close.now", "code": code}), robust=True)


def hint(topic: str, frame: Frame) -> None:
    """Publish at once something that was never written: typing, presence."""
    publish(topic, _push(frame))


def _send_rows(tenant: Tenant, frame: Frame) -> None:
    publish(desk_topic(tenant), _push(frame))


def _after_commit(topic: str, frame: Frame) -> None:
    message = _push(frame)
    transaction.on_commit(lambda: publish(topic, message), robust=True)


def _push(frame: Frame) -> dict[str, Any]:
    return {"type": "push", "text": encode_frame(frame).decode()}
