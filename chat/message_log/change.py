"""Rows that are in the log already and whose content changes: the one thing that is ever written over."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from chat.message_log.append import MESSAGE, NOTE, preview_of
from chat.models import Conversation, Message

EDITED = "message.edited"
RECALLED = "message.recalled"
Body = dict[str, Any]


def find_message(conversation: Conversation, message_id: UUID) -> Message | None:
    """Return the message or note of this conversation; nothing else of its log has an author who may change it."""
    return Message.objects.filter(pk=message_id, conversation_id=conversation.pk, event__in=(MESSAGE, NOTE)).first()


def find_correction(message: Message) -> Message | None:
    """Return the newest row that edited or recalled the message."""
    return _corrections(message).order_by("-seq").first()


def change_body(message: Message, change: Callable[[Body], Body]) -> None:
    """Write the message's body over, and with it what earlier corrections of it hold, so that no row of the log still
    has what was taken back. The transaction must have locked the conversation.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("change_body() needs the transaction that locked the conversation.")
    for row in [message, *_corrections(message)]:
        row.body = change(row.body)
        row.save(update_fields=["body"])


def note_last_message(conversation: Conversation) -> None:
    """Let the conversation's columns about its last message be those of the last one that was not recalled."""
    said = Message.objects.filter(conversation_id=conversation.pk, event=MESSAGE).exclude(body__has_key="recalled")
    last = said.order_by("-seq").first()
    conversation.last_message_preview = preview_of(last.body) if last else ""
    conversation.last_message_at = last.created_at if last else None
    conversation.last_author_kind = last.author_kind if last else ""
    conversation.last_author_name = last.author_name if last else ""
    conversation.save(update_fields=["last_message_preview", "last_message_at", "last_author_kind", "last_author_name"])


def _corrections(message: Message) -> QuerySet[Message]:
    return Message.objects.filter(
        conversation_id=message.conversation_id,
        seq__gt=message.seq,
        event__in=(EDITED, RECALLED),
        body__message=str(message.pk),
    )
