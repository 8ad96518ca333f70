"""What a client that polls cannot know by its positions: rows that changed, conversations that moved elsewhere."""

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from chat.access import brand_conversations, visitor_conversations
from chat.events import VISITOR, Frame, event_frame
from chat.fanout import rows_frame
from chat.pages import conversation_row, read_entries

MAX_MOVED = 5
MAX_ROWS = 100


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
    return [rows_frame([conversation_row(row) for row in rows])] if rows else []


def _moment(unix_seconds: float) -> datetime:
    return datetime.fromtimestamp(unix_seconds, UTC)
