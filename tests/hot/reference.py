"""Resume by PostgreSQL alone, row by row: what hot history is held against."""

from collections import defaultdict
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Q

from chat.access import brand_conversations, visitor_conversations
from chat.events import Frame, event_frame
from chat.models import Conversation, Message
from chat.reading import MAX_RESUME, MAX_RESUME_IN_ALL
from tenants.context import current_tenant


def resume(
    positions: dict[UUID, int], *, epoch: str, audience: str, visitor_id: UUID | None = None
) -> tuple[dict[str, Any], dict[UUID, Conversation]]:
    """Return the data of a `resumed` frame and the conversations that were found.

    `positions`: the last seq the client has of each. Given a visitor, another's conversation is like a missing one.
    """
    own_epoch = str(current_tenant().epoch)
    reachable = brand_conversations() if visitor_id is None else visitor_conversations(visitor_id)
    found = {row.pk: row for row in reachable.filter(pk__in=list(positions))}
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
