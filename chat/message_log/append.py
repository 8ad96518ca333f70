from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from chat.authors import Author
from chat.errors import ConversationClosed
from chat.message_log.entries import columns_of
from chat.models import Conversation, Message
from tenants.queries import only

PREVIEW_CHARS = 120
MESSAGE = "message.created"
NOTE = "note.created"
# Agents put a conversation in order: nothing has happened in it. It keeps its place in lists and goes on falling idle.
QUIET = frozenset({"conversation.tagged", "conversation.prioritised", "conversation.snoozed", "conversation.mailed"})


@dataclass(frozen=True, slots=True)
class Draft:
    """A row that is to be added. `body` holds JSON; `client_id` makes adding it again harmless."""

    event: str
    author: Author
    body: dict[str, Any] = field(default_factory=dict)
    visibility: str = Message.Visibility.PUBLIC
    client_id: UUID | None = None


def append(conversation: Conversation, draft: Draft, now: datetime) -> Message:
    """Add a row to the log of a conversation that this transaction has locked, and return it.

    Writes the conversation's columns about its log in the same transaction; columns that the caller changed before
    are written by the caller.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("append() needs the transaction that locked the conversation.")
    if conversation.archived_at is not None:
        # The archive is never written again: what was compared when it was copied holds for good.
        raise ConversationClosed("The conversation is archived: it can be read, not changed.")
    conversation.last_seq += 1
    entry = _entry(conversation, draft, now)
    entry.save(force_insert=True)
    moved = "touched_at" if draft.event in QUIET else "active_at"
    setattr(conversation, moved, now)
    changed = ["last_seq", moved]
    if draft.event == MESSAGE:
        changed += _note_message(conversation, draft, now)
    conversation.save(update_fields=changed)
    return entry


def _entry(conversation: Conversation, draft: Draft, now: datetime) -> Message:
    return Message(
        conversation=conversation,
        seq=conversation.last_seq,
        body=draft.body,
        created_at=now,
        **columns_of(draft),
    )


# How an archived row is found; history/ puts its finder here when it is loaded.
ArchiveFinder = Callable[[UUID | None, UUID], Message | None]
_archive_finder: ArchiveFinder | None = None


def find_archived_with(finder: ArchiveFinder) -> None:
    global _archive_finder
    _archive_finder = finder


def find_by_client_id(author: Author, client_id: UUID) -> Message | None:
    """Return the row that this author already added under `client_id`, in whichever conversation, archived or not."""
    row = only(Message.objects.select_related("conversation").filter(author_id=author.id, client_id=client_id))
    # In this order: a row that is archived between the two questions is found by the second.
    if row is None and _archive_finder is not None:
        return _archive_finder(author.id, client_id)
    return row


def _note_message(conversation: Conversation, draft: Draft, now: datetime) -> list[str]:
    conversation.last_message_preview = preview_of(draft.body)
    conversation.last_message_at = now
    conversation.last_author_kind = draft.author.kind
    conversation.last_author_name = draft.author.name
    changed = ["last_message_preview", "last_message_at", "last_author_kind", "last_author_name"]
    if draft.author.kind == Message.AuthorKind.VISITOR:
        conversation.unread_count += 1
        conversation.visitor_read_seq = conversation.last_seq
        conversation.awaiting_reply_since = conversation.awaiting_reply_since or now
        return [*changed, "unread_count", "visitor_read_seq", "awaiting_reply_since"]
    if draft.author.kind == Message.AuthorKind.AGENT:
        # Who answers has read: the counter and the mark follow.
        conversation.unread_count = 0
        conversation.agent_read_seq = conversation.last_seq
        conversation.awaiting_reply_since = conversation.reply_due_at = None
        changed += ["unread_count", "agent_read_seq", "awaiting_reply_since", "reply_due_at"]
        if conversation.first_reply_at is None:
            conversation.first_reply_at = now
            changed.append("first_reply_at")
    return changed


def preview_of(body: dict[str, Any]) -> str:
    """One line for lists: the text's beginning, or the first file's name."""
    text = " ".join(str(body.get("text", "")).split())
    files = body.get("files") or []
    return (text or (files[0]["name"] if files else ""))[:PREVIEW_CHARS]
