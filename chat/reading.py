"""What clients read of conversations: their log in pages, and the rows and views that lists and snapshots show."""

from collections.abc import Callable
from typing import Any

from chat.events import AGENT, Frame, event_frame, milliseconds
from chat.hot.pages import read_last_page
from chat.models import Conversation, Message

PAGE = 50
MAX_PAGE = 100
# More missed events than this are not replayed one by one: the client loads a snapshot.
MAX_RESUME = 200
# The same for all conversations of one `resume` together: the answer is one frame.
MAX_RESUME_IN_ALL = 1000
# Of all events in one answer: what a client asks for and never reads stays in our memory, however many ask.
MAX_RESUME_BYTES = 512 * 1024

# Where the log of an archived conversation is read from; history/ puts its reader here when it is loaded.
ArchiveReader = Callable[[Conversation, int | None, int | None, int], list[Message]]
_archive_reader: ArchiveReader | None = None


def read_archived_with(reader: ArchiveReader) -> None:
    global _archive_reader
    _archive_reader = reader


def read_entries(
    conversation: Conversation, *, after: int | None = None, before: int | None = None, limit: int = PAGE
) -> list[Message]:
    """Return log rows in order of seq: those right after `after`, or the last ones (before `before`)."""
    if conversation.archived_at is not None and _archive_reader is not None:
        return _archive_reader(conversation, after, before, limit)
    page = _read_rows(conversation, after, before, limit)
    if _archive_reader is not None and len(page) < _expected(conversation, after, before, limit):
        # A log has no holes: it was archived since the conversation was read, or it is broken and shown as it is.
        return max(page, _archive_reader(conversation, after, before, limit), key=len)
    return page


def read_events(
    conversation: Conversation,
    *,
    audience: str,
    after: int | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> list[Frame]:
    """`read_entries` as frames for a visitor or an agent; the last page from hot history where it is complete."""

    def read() -> list[Frame]:
        entries = read_entries(conversation, after=after, before=before, limit=limit)
        return [event_frame(entry, audience) for entry in entries]

    if after is None and before is None and conversation.archived_at is None:
        return read_last_page(conversation, audience, limit, read)
    return read()


def visitor_view(conversation: Conversation) -> dict[str, Any]:
    """The conversation as its visitor may see it."""
    return {
        "id": str(conversation.pk),
        "status": conversation.status,
        "top": conversation.last_seq,
        "visitor_read_seq": conversation.visitor_read_seq,
        "agent_read_seq": conversation.agent_read_seq,
        "agent": _reference(conversation.assignee_id, conversation.assignee_name),
        "left_message": conversation.left_message,
        "rating": conversation.rating,
        "created_ts": milliseconds(conversation.created_at),
    }


def conversation_row(conversation: Conversation, *, online: bool | None = None) -> dict[str, Any]:
    """The conversation as a row of an agent's list. Needs `visitor` loaded; `online` None: not known."""
    return row_of(conversation, conversation.visitor, online=online)


def row_of(conversation: Any, visitor: Any, *, online: bool | None = None) -> dict[str, Any]:
    """`conversation_row` for whatever has the columns of both tables: models, and the group commit's plain rows."""
    return {
        "id": str(conversation.id),
        "status": conversation.status,
        "close_reason": conversation.close_reason,
        "visitor": {
            "id": str(visitor.id),
            "name": visitor.name,
            "email": visitor.email,
            "locale": visitor.locale,
            "identified": visitor.external_id is not None,
            "online": online,
        },
        "queue": _reference(conversation.queue_id, conversation.queue_name),
        "agent": _reference(conversation.assignee_id, conversation.assignee_name),
        "top": conversation.last_seq,
        "last_message": _last_message(conversation),
        "unread": conversation.unread_count,
        "language": conversation.language,
        "priority": conversation.priority,
        "left_message": conversation.left_message,
        "tags": [str(tag) for tag in conversation.tag_ids],
        "rating": conversation.rating,
        "snoozed_until_ts": milliseconds(conversation.snoozed_until),
        "awaiting_since_ts": milliseconds(conversation.awaiting_reply_since),
        "reply_due_ts": milliseconds(conversation.reply_due_at),
        "resolve_due_ts": milliseconds(conversation.resolve_due_at),
        "visitor_read_seq": conversation.visitor_read_seq,
        "agent_read_seq": conversation.agent_read_seq,
        "waiting_since_ts": milliseconds(conversation.waiting_since),
        "assigned_ts": milliseconds(conversation.assigned_at),
        "active_ts": milliseconds(conversation.active_at),
        "closed_ts": milliseconds(conversation.closed_at),
        "created_ts": milliseconds(conversation.created_at),
    }


def count_unread(conversation: Conversation) -> int:
    """Return how many messages its visitor has not read."""
    unread = Message.objects.filter(
        conversation=conversation, seq__gt=conversation.visitor_read_seq, event="message.created"
    )
    return unread.exclude(author_kind=Message.AuthorKind.VISITOR).count()


def snapshot(conversation: Conversation, audience: str) -> dict[str, Any]:
    """View, last page and top of one conversation: what a client shows before live events go on."""
    view = conversation_row(conversation) if audience == AGENT else visitor_view(conversation)
    events = read_events(conversation, audience=audience)
    return {"conversation": view, "events": events, "top": conversation.last_seq}


def _read_rows(conversation: Conversation, after: int | None, before: int | None, limit: int) -> list[Message]:
    rows = Message.objects.filter(conversation_id=conversation.pk)
    if after is not None:
        return list(rows.filter(seq__gt=after).order_by("seq")[:limit])
    if before is not None:
        rows = rows.filter(seq__lt=before)
    return list(reversed(rows.order_by("-seq")[:limit]))


def _expected(conversation: Conversation, after: int | None, before: int | None, limit: int) -> int:
    """How many rows a page has at least, by what the conversation's row says."""
    top = conversation.last_seq
    there = top - after if after is not None else top if before is None else min(before - 1, top)
    return min(limit, there)


def _last_message(conversation: Any) -> dict[str, Any] | None:
    if conversation.last_message_at is None:
        return None
    return {
        "text": conversation.last_message_preview,
        "author_kind": conversation.last_author_kind,
        "author_name": conversation.last_author_name,
        "ts": milliseconds(conversation.last_message_at),
    }


def _reference(pk: Any, name: str) -> dict[str, str] | None:
    return {"id": str(pk), "name": name} if pk else None
