"""Messages that were left become live again when their visitor comes back and writes while it is open."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from agents.calendars import is_open
from agents.waiting.opening import queue_hours, queue_of
from chat.authors import SYSTEM
from chat.left_messages import LEFT
from chat.marks import note_woken
from chat.message_log import lock_conversation
from chat.models import Conversation, Message
from chat.walk import work_through


def sweep_returned(now: datetime, limit: int = 1000) -> int:
    """Make left messages of the current brand live again whose visitor came back; returns how many."""

    def return_one(conversation_id: UUID) -> bool:
        return make_live(conversation_id, now)

    return work_through(came_back(), by="active_at", work=return_one, limit=limit)


def make_live(conversation_id: UUID, now: datetime) -> bool:
    """The conversation waits like any other from the moment its visitor wrote; tells whether that was new.

    Locks the conversation. What was written while it is closed changes nothing: nobody is there who could answer. One
    that an agent has put to sleep since goes on sleeping: it is made live when it wakes.
    """
    with transaction.atomic():
        conversation = lock_conversation(conversation_id)
        is_left = conversation.is_open and conversation.left_message and conversation.snoozed_until is None
        wrote = written_since_left(conversation) if is_left else None
        if wrote is None or not is_open(queue_hours(queue_of(conversation), wrote.created_at), wrote.created_at):
            return False
        conversation.left_message = False
        changed = ["left_message"]
        if conversation.status == Conversation.Status.WAITING:
            conversation.waiting_since = conversation.queued_at = wrote.created_at
            changed += ["waiting_since", "queued_at"]
        conversation.save(update_fields=changed)
        note_woken(conversation, by=SYSTEM, reason="visitor", now=now)
        return True


def written_since_left(conversation: Conversation) -> Message | None:
    """The visitor's last message after the one that it left."""
    mine = Message.objects.filter(conversation=conversation)
    left = mine.filter(event=LEFT).order_by("-seq").first()
    if left is None:
        return None
    wrote = mine.filter(event="message.created", author_kind=Message.AuthorKind.VISITOR, seq__gt=left.seq)
    return wrote.order_by("-seq").first()


def came_back() -> QuerySet[Conversation]:
    """Open ones, awake, with a message of their visitor's after the one that was left."""
    rows = Message.objects.filter(conversation=OuterRef("conversation"), event=LEFT).order_by("-seq").values("seq")
    wrote = Message.objects.filter(
        conversation=OuterRef("pk"),
        event="message.created",
        author_kind=Message.AuthorKind.VISITOR,
        seq__gt=Coalesce(Subquery(rows[:1]), 2**62),
    )
    awake = Conversation.objects.filter(left_message=True, snoozed_until=None)
    return awake.exclude(status=Conversation.Status.CLOSED).filter(Exists(wrote))
