"""Editing and recalling one's own messages and notes.

The message's row shows the present state, so that pages, snapshots and replays do; a row of its own in the log says
what happened, so that connections learn it by `seq`. What was taken back is nowhere in the log any more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from chat.authors import Author
from chat.conversations import author_body
from chat.errors import ConversationClosed, Forbidden, Invalid, NotFound
from chat.events import milliseconds
from chat.fanout import announce_entry
from chat.files import delete_files, unbind_files
from chat.hot import forget
from chat.message_log import (
    EDITED,
    RECALLED,
    Draft,
    append,
    change_body,
    find_correction,
    find_message,
    lock_conversation,
    note_last_message,
)
from chat.messages import check_open, keep_fingerprint
from chat.models import Conversation, Message
from chat.protocol import MAX_TEXT_CHARS
from chat.rendering import render
from chat.signals import agents_mentioned
from chat.text import clean_text
from tenants.context import current_tenant
from tenants.models import Tenant

# What a recall empties, wherever it stands.
EMPTIED: dict[str, Any] = {"text": "", "html": "", "files": []}


@dataclass(frozen=True, slots=True)
class Corrected:
    """`message` as it is now, and the row of the log that says so: when nothing had to change, the row that said it."""

    message: Message
    entry: Message
    duplicate: bool


def edit_message(conversation_id: UUID, message_id: UUID, *, author: Author, text: str, now: datetime) -> Corrected:
    """Give `author`'s own message or note another text. The text that it has already changes nothing.

    Only in an open conversation, for as long as the brand says. Locks the conversation, announces after commit. Raises
    NotFound, Forbidden (another's, recalled, too late), ConversationClosed, Invalid.
    """
    text = _checked(text)
    with transaction.atomic():
        conversation, message = _lock(conversation_id, message_id, author)
        if "recalled" not in message.body and message.body.get("text", "") == text:
            return Corrected(message, find_correction(message) or message, duplicate=True)
        _check_changeable(conversation, message, now)
        if not text and not message.body.get("files"):
            raise Invalid("A message needs a text or a file.")
        changes = {"text": text, "html": render(text) if text else "", "edited_ts": milliseconds(now)}
        keep_fingerprint(message)
        change_body(message, lambda body: {**body, **changes})
        return _record(conversation, message, EDITED, author, changes, now)


def recall_message(conversation_id: UUID, message_id: UUID, *, author: Author, now: datetime) -> Corrected:
    """Take `author`'s own message or note back: its text and files are gone. Recalling it again changes nothing.

    Refused as edit_message is.
    """
    with transaction.atomic():
        conversation, message = _lock(conversation_id, message_id, author)
        if "recalled" in message.body:
            return Corrected(message, find_correction(message) or message, duplicate=True)
        _check_changeable(conversation, message, now)
        keep_fingerprint(message)
        paths = unbind_files(message.body.get("files", []))
        change_body(message, _emptied)
        corrected = _record(conversation, message, RECALLED, author, {}, now)
    # Last, when nobody can reach them any more: a file that is deleted does not come back with a rollback.
    delete_files(paths)
    return corrected


def ack_of(corrected: Corrected) -> dict[str, Any]:
    """What the sender is told: where the log says it."""
    entry = corrected.entry
    return {
        "id": str(entry.pk),
        "conversation": str(entry.conversation_id),
        "seq": entry.seq,
        "ts": milliseconds(entry.created_at),
    }


def edit_window() -> timedelta:
    """How long a message may be changed. Read anew: a connection's brand is as old as the connection."""
    minutes = Tenant.objects.values_list("edit_minutes", flat=True).get(pk=current_tenant().pk)
    return timedelta(minutes=minutes)


def _checked(text: str) -> str:
    if len(text) > MAX_TEXT_CHARS:
        raise Invalid(f"A message has at most {MAX_TEXT_CHARS} characters.")
    return clean_text(text)


def _lock(conversation_id: UUID, message_id: UUID, author: Author) -> tuple[Conversation, Message]:
    """Lock the conversation and return it with the author's own message. What a visitor may not see is missing."""
    conversation = lock_conversation(conversation_id)
    if author.kind == "visitor" and conversation.visitor_id != author.id:
        raise NotFound
    if conversation.archived_at is not None:
        raise ConversationClosed("The conversation is archived: it can be read, not changed.")
    message = find_message(conversation, message_id)
    if message is None or (author.kind == "visitor" and message.visibility == Message.Visibility.NOTE):
        raise NotFound
    if (message.author_kind, message.author_id) != (author.kind, author.id):
        raise Forbidden("Only its author may change a message.")
    return conversation, message


def _check_changeable(conversation: Conversation, message: Message, now: datetime) -> None:
    check_open(conversation)
    if "recalled" in message.body:
        raise Forbidden("The message was recalled.")
    window = edit_window()
    if not window or now - message.created_at >= window:
        raise Forbidden("It is too late to change this message.")


def _emptied(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, **{name: empty for name, empty in EMPTIED.items() if name in body}, "recalled": True}


def _record(
    conversation: Conversation, message: Message, event: str, author: Author, changes: dict[str, Any], now: datetime
) -> Corrected:
    body = {"message": str(message.pk), **changes, "author": author_body(author)}
    # A note's correction is as hidden as the note: its visitor counts on, and learns nothing.
    entry = append(conversation, Draft(event, author, body, message.visibility), now)
    if message.visibility == Message.Visibility.PUBLIC:
        note_last_message(conversation)
    forget(current_tenant(), conversation.pk)
    announce_entry(conversation, entry)
    if message.body.get("mentions"):
        agents_mentioned.send(Message, conversation=conversation, note=message)
    return Corrected(message, entry, duplicate=False)
