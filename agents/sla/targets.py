"""Targets: each is written by conditional statements, so that two who keep at once do the same thing once."""

import logging
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q

from agents.models import SlaTarget
from agents.signals import sla_breached
from chat.models import Conversation

logger = logging.getLogger(__name__)

REPLIES = (SlaTarget.Kind.FIRST, SlaTarget.Kind.NEXT)


def promise(conversation: Conversation, kind: str, start: datetime, due: datetime) -> SlaTarget:
    """Make the target, or move its deadline: the queue or the policy changed, or a pause ended. Kept ones stay."""
    same = SlaTarget.objects.select_related("conversation").filter(
        conversation=conversation, kind=kind, started_at=start
    )
    target = same.first()
    if target is None:
        fresh = SlaTarget(conversation=conversation, kind=kind, started_at=start, due_at=due)
        fresh.queue_id, fresh.agent_id = conversation.queue_id, conversation.assignee_id
        SlaTarget.objects.bulk_create([fresh], ignore_conflicts=True)
        target = same.get()
    moved = (target.due_at, target.queue_id) != (due, conversation.queue_id)
    if moved and target.met_at is None and target.breached_at is None:
        target.due_at, target.queue_id = due, conversation.queue_id
        target.save(update_fields=["due_at", "queue_id"])
    return target


def keep(target: SlaTarget, at: datetime, agent_id: UUID | None, now: datetime) -> None:
    """It was kept at this moment; too late counts as broken at its deadline."""
    if at > target.due_at:
        breach(target, now)
    SlaTarget.objects.filter(pk=target.pk, met_at__isnull=True).update(met_at=at, agent_id=agent_id)


def breach(target: SlaTarget, now: datetime) -> bool:
    """Write that it was broken, at its deadline, and tell whoever listens: once, whoever finds it first."""
    broken = SlaTarget.objects.filter(pk=target.pk, due_at=target.due_at, breached_at__isnull=True)
    late = Q(met_at__isnull=True) | Q(met_at__gt=F("due_at"))
    if not broken.filter(late).update(breached_at=target.due_at, agent_id=target.conversation.assignee_id):
        return False
    target.breached_at, target.agent_id = target.due_at, target.conversation.assignee_id
    for receiver, answer in sla_breached.send_robust(SlaTarget, target=target, now=now):
        if isinstance(answer, Exception):
            logger.error("a receiver of sla_breached failed: %r", receiver, exc_info=answer)
    return True


def drop(target: SlaTarget) -> None:
    """Nobody waits for it any more: it was neither kept nor broken."""
    SlaTarget.objects.filter(pk=target.pk, met_at__isnull=True, breached_at__isnull=True).delete()
