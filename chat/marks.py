"""What agents put on a conversation: tags, priority, skills it takes, and a time until which it sleeps (docs/inbox.md).

Visitors never see any of it: rows of the log are for agents only. Each verb locks the conversation.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from chat.authors import SYSTEM, Author
from chat.conversations import author_body
from chat.errors import ConversationClosed, Invalid
from chat.events import milliseconds
from chat.fanout import announce_entry, announce_row
from chat.message_log import Draft, append, lock_conversation
from chat.models import Conversation, Message, Tag
from chat.walk import work_through

MAX_TAGS = 50
# What is not snoozed.
AWAKE = Q(snoozed_until__isnull=True)
MAILED = "conversation.mailed"


def tag_conversation(
    conversation_id: UUID, *, add: Collection[UUID] = (), remove: Collection[UUID] = (), by: Author, now: datetime
) -> Conversation:
    """Put tags on and take tags off, closed or not; what changes nothing leaves no row. Raises Invalid."""
    with transaction.atomic():
        conversation = lock_conversation(conversation_id)
        kept = [pk for pk in conversation.tag_ids if pk not in set(remove)]
        tag_ids = list(dict.fromkeys([*kept, *(pk for pk in add if pk not in set(remove))]))
        if tag_ids == conversation.tag_ids:
            return conversation
        if len(tag_ids) > MAX_TAGS:
            raise Invalid(f"A conversation has at most {MAX_TAGS} tags.")
        fresh = set(tag_ids) - set(conversation.tag_ids)
        if Tag.objects.filter(pk__in=fresh).count() != len(fresh):
            raise Invalid("There is no such tag.")
        conversation.tag_ids = tag_ids
        conversation.save(update_fields=["tag_ids"])
        _record(conversation, "conversation.tagged", by, {"tags": [str(pk) for pk in tag_ids]}, now)
        return conversation


def set_priority(conversation_id: UUID, priority: int, *, by: Author, now: datetime) -> Conversation:
    """Raises Invalid for a number that is no priority."""
    if priority not in Conversation.Priority.values:
        raise Invalid("The priority is 1 (low), 2, 3 or 4 (urgent).")
    with transaction.atomic():
        conversation = lock_conversation(conversation_id)
        if conversation.priority == priority:
            return conversation
        conversation.priority = priority
        conversation.save(update_fields=["priority"])
        _record(conversation, "conversation.prioritised", by, {"priority": priority}, now)
        return conversation


def snooze_conversation(conversation_id: UUID, until: datetime, *, by: Author, now: datetime) -> Conversation:
    """Let an open conversation sleep until then. Raises Invalid for a time that is over, ConversationClosed."""
    if until <= now:
        raise Invalid("That time is over.")
    with transaction.atomic():
        conversation = lock_conversation(conversation_id)
        if not conversation.is_open:
            raise ConversationClosed
        conversation.snoozed_until = until
        conversation.save(update_fields=["snoozed_until"])
        _record(conversation, "conversation.snoozed", by, {"until_ts": milliseconds(until)}, now)
        return conversation


def wake_conversation(conversation_id: UUID, *, by: Author, reason: str, now: datetime) -> Conversation:
    """End the sleep of a conversation; one that is awake stays as it is."""
    with transaction.atomic():
        conversation = lock_conversation(conversation_id)
        wake_locked(conversation, by=by, reason=reason, now=now)
        return conversation


def wake_locked(conversation: Conversation, *, by: Author, reason: str, now: datetime) -> bool:
    """End the sleep of a locked conversation; tells whether it slept."""
    if conversation.snoozed_until is None:
        return False
    conversation.snoozed_until = None
    conversation.save(update_fields=["snoozed_until"])
    note_woken(conversation, by=by, reason=reason, now=now)
    return True


def note_woken(conversation: Conversation, *, by: Author, reason: str, now: datetime) -> None:
    """Record that a locked conversation needs somebody again: its sleep is over, or its visitor came back to a message
    that was left."""
    _record(conversation, "conversation.woken", by, {"reason": reason}, now)


def note_mailed(conversation: Conversation, *, to: str, upto: int, refused: bool, now: datetime) -> None:
    """Record in a locked conversation that its answers up to seq `upto` were mailed, or that nobody takes such mail."""
    _record(conversation, MAILED, SYSTEM, {"to": to, "upto": upto, "refused": refused}, now)


def sweep_snoozed(now: datetime, limit: int = 1000) -> int:
    """Wake what has slept for long enough; returns how many. What was snoozed anew meanwhile sleeps on."""

    def wake(conversation_id: UUID) -> bool:
        with transaction.atomic():
            conversation = lock_conversation(conversation_id)
            if conversation.snoozed_until is None or conversation.snoozed_until > now:
                return False
            return wake_locked(conversation, by=SYSTEM, reason="time", now=now)

    due = Conversation.objects.filter(snoozed_until__lte=now)
    return work_through(due, by="snoozed_until", work=wake, limit=limit)


def require_skill(conversation_id: UUID, skill_id: UUID) -> Conversation:
    """From now on routing looks for somebody with this skill; the caller has checked that there is one of this id."""
    with transaction.atomic():
        conversation = lock_conversation(conversation_id)
        if skill_id not in conversation.skill_ids:
            conversation.skill_ids = [*conversation.skill_ids, skill_id]
            conversation.save(update_fields=["skill_ids"])
            announce_row(conversation)
        return conversation


def _record(conversation: Conversation, event: str, by: Author, body: dict[str, Any], now: datetime) -> None:
    draft = Draft(event, by, {**body, "by": author_body(by)}, Message.Visibility.NOTE)
    announce_entry(conversation, append(conversation, draft, now))
