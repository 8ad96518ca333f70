"""Overflow: who stood too long in one queue stands in the next one, and never again where it came from."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from agents.models import Queue
from agents.queues import place_in
from chat.authors import SYSTEM
from chat.conversations import author_body, record
from chat.marks import AWAKE
from chat.message_log import lock_conversation
from chat.models import Conversation, Message
from chat.walk import work_through

TRANSFERRED = "conversation.transferred"
OVERFLOW = "overflow"

Rules = dict[UUID, Queue]


def sweep_overflow(now: datetime, limit: int = 1000) -> int:
    """Move conversations of the current brand that stood in their queue for longer than it allows; returns how many.

    `waiting_since` stays, so that nobody loses a place in time by it. Left messages are not hurried.
    """
    rules = read_rules()

    def move_one(conversation_id: UUID) -> bool:
        return overflow(conversation_id, rules=rules, now=now)

    return work_through(due_for_overflow(rules, now), by="queued_at", work=move_one, limit=limit) if rules else 0


def overflow(conversation_id: UUID, *, rules: Rules, now: datetime) -> bool:
    """Let the conversation stand in the next queue if that is due; tells whether it was. Locks the conversation."""
    with transaction.atomic():
        conversation = lock_conversation(conversation_id)
        queue = rules.get(conversation.queue_id) if conversation.queue_id else None
        if queue is None or not _is_due(conversation, queue, now):
            return False
        target = queue.overflow_queue
        assert target is not None
        if target.pk == queue.pk or target.pk in _left_behind(conversation):
            return False
        before = {"queue": {"id": str(queue.pk), "name": queue.name}}
        after = {"queue": {"id": str(target.pk), "name": target.name}}
        conversation.queued_at = now
        conversation.save(update_fields=["queued_at", *place_in(conversation, target)])
        body = {"from": before, "to": after, "by": author_body(SYSTEM), "reason": OVERFLOW}
        record(conversation, TRANSFERRED, SYSTEM, body, now)
        return True


def read_rules() -> Rules:
    """The queues that overflow, by id."""
    given = Queue.objects.filter(overflow_queue__isnull=False, overflow_after_seconds__isnull=False)
    return {queue.pk: queue for queue in given.select_related("overflow_queue")}


def due_for_overflow(rules: Rules, now: datetime) -> QuerySet[Conversation]:
    """A condition per queue: each reads the index of those who wait by queue and time."""
    due = Q(pk__in=[])
    for queue in rules.values():
        due |= Q(queue_id=queue.pk, queued_at__lte=now - timedelta(seconds=queue.overflow_after_seconds or 0))
    waiting = Conversation.objects.filter(AWAKE, status=Conversation.Status.WAITING, left_message=False)
    return waiting.filter(due)


def _is_due(conversation: Conversation, queue: Queue, now: datetime) -> bool:
    return (
        conversation.status == Conversation.Status.WAITING
        and not conversation.left_message
        and conversation.snoozed_until is None
        and conversation.queued_at is not None
        and now - conversation.queued_at >= timedelta(seconds=queue.overflow_after_seconds or 0)
    )


def _left_behind(conversation: Conversation) -> set[UUID]:
    """The queues that overflow took it from since it began to wait: it does not go round in a circle."""
    moved = Message.objects.filter(
        conversation=conversation,
        event=TRANSFERRED,
        body__reason=OVERFLOW,
        created_at__gte=conversation.waiting_since,
    )
    return {UUID(body["from"]["queue"]["id"]) for body in moved.values_list("body", flat=True)}
