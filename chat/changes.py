"""What a client that polls cannot know by its positions: rows that changed, conversations that moved elsewhere."""

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from chat.access import brand_conversations, visitor_conversations
from chat.events import VISITOR, Frame, event_frame
from chat.fanout import rows_frame
from chat.models import TOUCHED, Conversation
from chat.reading import conversation_row, read_entries

MAX_MOVED = 5
# As many as one request of an agent's changes (agents/inbox/bulk.py).
MAX_ROWS = 200


def latest_of_visitor(visitor_id: UUID, since: float, *, besides: Collection[UUID]) -> list[Frame]:
    """Return the newest event of each of the visitor's conversations that changed since (Unix seconds): somebody
    opened it elsewhere, and this client does not follow it yet."""
    moved = visitor_conversations(visitor_id).exclude(pk__in=besides).filter(active_at__gt=_moment(since))
    newest = [read_entries(conversation, limit=1) for conversation in moved.order_by("active_at")[:MAX_MOVED]]
    return [event_frame(entry, VISITOR) for entries in newest for entry in entries]


def rows_since(since: float) -> list[Frame]:
    """Return the rows of the brand's conversations that changed since (Unix seconds), as agents are told them; what
    changed last where there are too many."""
    # By id: what was touched after something happened in it is in two of the lists.
    changed = {row.pk: row for row in _changed_since(_moment(since))}
    rows = sorted(changed.values(), key=_changed_at, reverse=True)[:MAX_ROWS]
    return [rows_frame([conversation_row(row) for row in rows])] if rows else []


def _changed_since(moment: datetime) -> QuerySet[Conversation]:
    """Three lists, each the newest entries of an index of its own, however long ago the moment is."""
    rows, closed = brand_conversations().select_related("visitor"), Q(status=Conversation.Status.CLOSED)
    moved = rows.filter(active_at__gt=moment).order_by("-active_at", "-pk")
    touched = rows.filter(TOUCHED, touched_at__gt=moment).order_by("-touched_at", "-pk")
    return moved.filter(~closed)[:MAX_ROWS].union(moved.filter(closed)[:MAX_ROWS], touched[:MAX_ROWS], all=True)


def _changed_at(conversation: Conversation) -> datetime:
    return max(conversation.active_at, conversation.touched_at or conversation.active_at)


def _moment(unix_seconds: float) -> datetime:
    return datetime.fromtimestamp(unix_seconds, UTC)
