"""Take-back from the silent: who leaves a visitor's message unanswered for too long gives the conversation back."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from agents.assignments import give_back_locked
from agents.by_queue import ByQueue, read_by_queue
from agents.models import Assignment
from chat.marks import AWAKE
from chat.message_log import lock_conversation
from chat.models import Conversation
from chat.walk import work_through

# Seconds of silence after which a queue takes back, None for never.
Rules = ByQueue[int | None]


def sweep_silent(now: datetime, limit: int = 1000) -> int:
    """Let conversations of the current brand wait again whose agent is silent for longer than the queue allows; returns
    how many. The agent is not given the same one again before the queue's rules are relaxed (routing/choose.py).
    """
    rules = read_rules()

    def take_one_back(conversation_id: UUID) -> bool:
        return take_back_silent(conversation_id, rules=rules, now=now)

    if not any(seconds is not None for _there, seconds in rules.shares()):
        return 0
    due = due_for_silence(rules, now)
    return work_through(due, by="awaiting_reply_since", work=take_one_back, limit=limit)


def take_back_silent(conversation_id: UUID, *, rules: Rules, now: datetime) -> bool:
    """Take the conversation back if that is due; tells whether it was. An answer waits for the lock or is seen."""
    with transaction.atomic():
        conversation = lock_conversation(conversation_id)
        seconds = rules.of(conversation.queue_id)
        if seconds is None or not _is_silent(conversation, now - timedelta(seconds=seconds)):
            return False
        give_back_locked(conversation, now, Assignment.EndedReason.AGENT_SILENT)
        return True


def read_rules() -> Rules:
    return read_by_queue(lambda queue: queue.silent_seconds, without=None)


def due_for_silence(rules: Rules, now: datetime) -> QuerySet[Conversation]:
    due = Q(pk__in=[])
    for there, seconds in rules.shares():
        if seconds is None:
            continue
        limit = now - timedelta(seconds=seconds)
        due |= there & Q(awaiting_reply_since__lte=limit, assigned_at__lte=limit)
    assigned = Conversation.objects.filter(AWAKE, status=Conversation.Status.ASSIGNED, left_message=False)
    return assigned.filter(due, awaiting_reply_since__isnull=False)


def _is_silent(conversation: Conversation, limit: datetime) -> bool:
    """The visitor may have written before the agent had the conversation: silence begins with the later of both."""
    since, assigned = conversation.awaiting_reply_since, conversation.assigned_at
    return (
        conversation.status == Conversation.Status.ASSIGNED
        and not conversation.left_message
        and conversation.snoozed_until is None
        and since is not None
        and assigned is not None
        and max(since, assigned) <= limit
    )
