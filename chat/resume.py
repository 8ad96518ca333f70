"""Resume: what a client missed, whole, or the word that it must load a snapshot. One query for rows, one for events."""

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Q

from chat.access import brand_conversations, get_conversations, visitor_conversations
from chat.events import VISITOR, Frame, event_frame
from chat.fanout import rows_frame
from chat.models import Conversation, Message
from chat.pages import MAX_RESUME, MAX_RESUME_IN_ALL, read_entries
from tenants.context import current_tenant

MAX_MOVED = 5
MAX_ROWS = 100


def resume(
    positions: dict[UUID, int], *, epoch: str, audience: str, visitor_id: UUID | None = None
) -> tuple[dict[str, Any], dict[UUID, Conversation]]:
    """Return the data of a `resumed` frame and the conversations that were found.

    `positions`: the last seq the client has of each. Given a visitor, another's conversation is like a missing one.
    """
    own_epoch = str(current_tenant().epoch)
    found = get_conversations(list(positions), visitor_id)
    whole = _whole_ones(found, positions) if epoch in ("", own_epoch) else {}
    events = _events_after({pk: positions[pk] for pk, row in whole.items() if row.last_seq > positions[pk]}, audience)
    data: dict[str, Any] = {}
    for pk in positions:
        if pk not in found:
            data[str(pk)] = {"recovered": False, "top": 0, "events": [], "error": "not_found"}
            continue
        missed = events[pk]
        recovered = pk in whole and positions[pk] + len(missed) >= found[pk].last_seq
        top = max(found[pk].last_seq, missed[-1]["seq"] if missed else 0)
        data[str(pk)] = {"recovered": recovered, "top": top, "events": missed if recovered else []}
    return {"epoch": own_epoch, "conversations": data}, found


def tops(conversation_ids: set[UUID]) -> dict[str, int]:
    """Return the top seq of each conversation, for a `pong`."""
    if not conversation_ids:
        return {}
    rows = Conversation.objects.filter(pk__in=conversation_ids).values_list("pk", "last_seq")
    return {str(pk): seq for pk, seq in rows}


def latest_of_visitor(visitor_id: UUID, since: float, *, besides: Collection[UUID]) -> list[Frame]:
    """Return the newest event of each of the visitor's conversations that changed since (Unix seconds): somebody
    opened it elsewhere, and this client does not follow it yet."""
    moved = visitor_conversations(visitor_id).exclude(pk__in=besides).filter(active_at__gt=_moment(since))
    newest = [read_entries(conversation, limit=1) for conversation in moved.order_by("active_at")[:MAX_MOVED]]
    return [event_frame(entry, VISITOR) for entries in newest for entry in entries]


def rows_since(since: float) -> list[Frame]:
    """Return the rows of the brand's conversations that changed since (Unix seconds), as agents are told them."""
    moved = brand_conversations().select_related("visitor").filter(active_at__gt=_moment(since))
    rows = list(moved.order_by("-active_at")[:MAX_ROWS])
    return [rows_frame(rows)] if rows else []


def _moment(unix_seconds: float) -> datetime:
    return datetime.fromtimestamp(unix_seconds, UTC)


def _whole_ones(found: dict[UUID, Conversation], positions: dict[UUID, int]) -> dict[UUID, Conversation]:
    """The conversations that are answered with all their missed events, as many as one frame may hold."""
    left, whole = MAX_RESUME_IN_ALL, {}
    for pk, row in found.items():
        missed = row.last_seq - positions[pk]
        if _is_whole(row, positions[pk]) and missed <= left:
            whole[pk] = row
            left -= missed
    return whole


def _is_whole(conversation: Conversation, position: int) -> bool:
    missed = conversation.last_seq - position
    return 0 <= missed <= MAX_RESUME and (missed == 0 or conversation.archived_at is None)


def _events_after(positions: dict[UUID, int], audience: str) -> dict[UUID, list[Frame]]:
    events: dict[UUID, list[Frame]] = defaultdict(list)
    if positions:
        wanted = reduce(or_, (Q(conversation_id=pk, seq__gt=seq) for pk, seq in positions.items()))
        for entry in Message.objects.filter(wanted).order_by("conversation_id", "seq"):
            events[entry.conversation_id].append(event_frame(entry, audience))
    return events
