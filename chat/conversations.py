"""The life of a conversation: open, close, reopen, read marks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from chat.authors import Author
from chat.errors import Conflict, ConversationClosed, Forbidden
from chat.fanout import announce_entries, announce_entry, announce_read, announce_row
from chat.message_log import Draft, append, append_many, lock_conversation
from chat.message_log.entries import Added, Changed
from chat.models import Conversation, Message, Visitor, Widget
from chat.placement import Place, place_of_new
from chat.signals import conversation_closed
from tenants.context import current_tenant
from tenants.queries import only

CLOSING = ["status", "close_reason", "closed_at", "waiting_since", "queued_at", "snoozed_until", "unread_count"]
CLOSING += ["awaiting_reply_since", "reply_due_at", "resolve_due_at"]
REOPENING = ["status", "close_reason", "closed_at", "waiting_since", "queued_at", "assignee_id", "assignee_name"]
REOPENING += ["awaiting_reply_since", "unread_count"]
MAX_UNREAD = 1_000_000
ANOTHER_OPEN = "The visitor already has another open conversation."


@dataclass(frozen=True, slots=True)
class Wait:
    """Since when a conversation stood in its queue, waited, and had nobody's answer."""

    queued_at: datetime | None
    waiting_since: datetime | None
    awaiting_reply_since: datetime | None


@dataclass(frozen=True, slots=True)
class Unread:
    """How many messages the agents had not read, of those up to a `seq`."""

    count: int = 0
    upto: int = 0


NONE_WERE = Unread()


class VisitorMerged(Conflict):
    title = "This visitor was merged into another."


def open_conversation(
    visitor: Visitor, *, widget: Widget | None = None, place: Place | None = None, now: datetime
) -> Conversation:
    """Return the visitor's open conversation, or open one that waits. Announces after commit."""
    existing = find_open(visitor)
    if existing is not None:
        return existing
    try:
        with transaction.atomic():
            return _open(visitor, widget, place or place_of_new(), now)
    except IntegrityError:
        # Two devices of one visitor opened at the same moment; the unique constraint let one through.
        existing = find_open(visitor)
        if existing is None:
            raise
        return existing


def find_open(visitor: Visitor | UUID) -> Conversation | None:
    theirs = Conversation.objects.select_related("visitor").filter(visitor=visitor)
    return only(theirs.exclude(status=Conversation.Status.CLOSED))


def close_conversation(
    conversation_id: UUID, *, by: Author, reason: str, now: datetime, unless_active_after: datetime | None = None
) -> Conversation:
    """Close the conversation and, through `conversation_closed`, its assignment; a closed one stays as it is.

    With `unless_active_after`, one that sleeps, waits for an answer, or in which anything happened after that time,
    stays open: looked at under the lock.
    """
    with transaction.atomic():
        conversation = lock_conversation(conversation_id)
        if not conversation.is_open:
            return conversation
        if unless_active_after is not None and not _is_idle(conversation, unless_active_after):
            return conversation
        close_locked(conversation, by=by, reason=reason, now=now)
        return conversation


def close_locked(conversation: Conversation, *, by: Author, reason: str, now: datetime) -> None:
    """Close an open conversation that this transaction has locked."""
    conversation.status = Conversation.Status.CLOSED
    conversation.close_reason = reason
    conversation.closed_at = now
    conversation.waiting_since = None
    conversation.queued_at = conversation.snoozed_until = None
    conversation.awaiting_reply_since = conversation.reply_due_at = conversation.resolve_due_at = None
    conversation.unread_count = 0
    conversation.save(update_fields=CLOSING)
    conversation_closed.send(Conversation, conversation=conversation, now=now)
    record(conversation, "conversation.closed", by, {"reason": reason, "by": author_body(by)}, now)


def reopen_conversation(conversation_id: UUID, *, by: Author, now: datetime, wait: Wait | None = None) -> Conversation:
    """Let a closed conversation wait again; reopening an open one changes nothing.

    With `wait`, for undoing, it waits as it did before it was closed, otherwise from now on.

    Raises ConversationClosed when it is archived, Forbidden when its visitor already has another open one.
    """
    try:
        with transaction.atomic():
            conversation = lock_conversation(conversation_id)
            if conversation.is_open:
                return conversation
            if conversation.archived_at is not None:
                raise ConversationClosed("The conversation is archived and cannot be reopened.")
            if find_open(conversation.visitor) is not None:
                raise Forbidden(ANOTHER_OPEN)
            _reopen(conversation, by, now, wait)
            return conversation
    except IntegrityError:
        # Another of the visitor's conversations was opened at the same moment; the unique constraint let one through.
        raise Forbidden(ANOTHER_OPEN) from None


def reopen_locked(conversation: Conversation, *, by: Author, now: datetime) -> bool:
    """Reopen a locked, closed conversation for its visitor; False when it is too old, archived, or another is open."""
    limit = timedelta(hours=current_tenant().reopen_hours)
    recent = conversation.closed_at is not None and now - conversation.closed_at <= limit
    if not recent or conversation.archived_at is not None or find_open(conversation.visitor) is not None:
        return False
    try:
        with transaction.atomic():
            _reopen(conversation, by, now)
    except IntegrityError:
        return False  # another was opened at the same moment
    return True


def mark_read(conversation_id: UUID, *, reader: str, seq: int, now: datetime) -> Conversation:
    """Raise the visitor's or the agents' read mark to `seq`; it never goes back or past the top.

    What was marked as unread is read again, although the agents' mark stays where it is.
    """
    with transaction.atomic():
        conversation = lock_conversation(conversation_id)
        seq = min(seq, conversation.last_seq)
        mark = "visitor_read_seq" if reader == "visitor" else "agent_read_seq"
        known = getattr(conversation, mark)
        if seq < known or (seq == known and (reader == "visitor" or not conversation.unread_count)):
            return conversation
        setattr(conversation, mark, seq)
        changed = [mark]
        if reader == "agent" and conversation.unread_count != (unread := _count_unread(conversation)):
            conversation.unread_count = unread
            changed += ["unread_count", *conversation.touch(now)]
        conversation.save(update_fields=changed)
        announce_read(conversation, reader, seq)
        announce_row(conversation)
        return conversation


def mark_unread(conversation_id: UUID, now: datetime, were: Unread = NONE_WERE) -> Conversation:
    """Let a conversation count as unread, to come back to. The read mark stays: it never goes back.

    For undoing, `were` is how it was: what came since is added, however often it is undone.
    """
    with transaction.atomic():
        conversation = lock_conversation(conversation_id)
        if not conversation.is_open:
            raise ConversationClosed
        count = min(were.count + _count_said(conversation, were.upto), MAX_UNREAD) if were.count else 1
        count = max(count, conversation.unread_count)
        if conversation.unread_count != count:
            conversation.unread_count = count
            conversation.save(update_fields=["unread_count", *conversation.touch(now)])
            announce_row(conversation)
        return conversation


def record(conversation: Conversation, event: str, by: Author, body: dict[str, Any], now: datetime) -> Message:
    """Append something that happened to a locked conversation's log and announce it."""
    entry = append(conversation, Draft(event, by, body), now)
    announce_entry(conversation, entry)
    return entry


def record_many(
    event: str, by: Author, bodies: Mapping[UUID, dict[str, Any]], columns: Mapping[UUID, dict[str, Any]], now: datetime
) -> list[tuple[Changed, Added]]:
    """`record` one kind of event for many locked conversations, with a body and changed columns for each."""
    added = append_many({pk: Draft(event, by, body) for pk, body in bodies.items()}, columns, now)
    announce_entries(added)
    return added


def author_body(author: Author) -> dict[str, str | None]:
    return {"kind": author.kind, "id": str(author.id) if author.id else None, "name": author.name}


def visitor_body(visitor: Visitor) -> dict[str, str]:
    return {"id": str(visitor.pk), "name": visitor.name}


def _open(visitor: Visitor, widget: Widget | None, place: Place, now: datetime) -> Conversation:
    # Locked, so that a merge at this moment finds the conversation, or is found (chat/merging.py).
    if not Visitor.objects.select_for_update(no_key=True).filter(pk=visitor.pk, merged_into=None).exists():
        raise VisitorMerged
    conversation = Conversation.objects.create(
        visitor=visitor,
        widget=widget,
        queue_id=place.queue_id,
        queue_name=place.queue_name,
        status=Conversation.Status.WAITING,
        waiting_since=now,
        queued_at=now,
        language=visitor.locale,
        created_at=now,
        active_at=now,
    )
    body = {
        "visitor": visitor_body(visitor),
        "page": {"url": visitor.page_url, "title": visitor.page_title},
    }
    record(conversation, "conversation.created", Author.of_visitor(visitor), body, now)
    return conversation


def _reopen(conversation: Conversation, by: Author, now: datetime, wait: Wait | None = None) -> None:
    conversation.status = Conversation.Status.WAITING
    conversation.close_reason = ""
    conversation.closed_at = None
    conversation.waiting_since = conversation.queued_at = now
    if wait is not None:
        conversation.queued_at, conversation.waiting_since = wait.queued_at or now, wait.waiting_since or now
        conversation.awaiting_reply_since = wait.awaiting_reply_since
    conversation.assignee_id = None
    conversation.assignee_name = ""
    # Closing read nothing.
    conversation.unread_count = _count_unread(conversation)
    conversation.save(update_fields=REOPENING)
    record(conversation, "conversation.reopened", by, {"by": author_body(by)}, now)


def _is_idle(conversation: Conversation, since: datetime) -> bool:
    is_at_rest = conversation.snoozed_until is None and conversation.awaiting_reply_since is None
    return is_at_rest and conversation.active_at <= since


def _count_unread(conversation: Conversation) -> int:
    return _count_said(conversation, conversation.agent_read_seq)


def _count_said(conversation: Conversation, after: int) -> int:
    """How many messages its visitor wrote after this `seq`."""
    return Message.objects.filter(
        conversation=conversation,
        seq__gt=after,
        author_kind=Message.AuthorKind.VISITOR,
        event="message.created",
    ).count()
