"""Sweeps over one brand that history runs (docs/history.md)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from chat.authors import SYSTEM
from chat.conversations import close_conversation
from chat.files import SENDERS, delete_files, forget_unused
from chat.models import Conversation
from chat.upload_limits import is_crowded
from chat.walk import work_through
from tenants.context import current_tenant

# A client that was without a network for days still sends what it uploaded before.
UNUSED_FOR = timedelta(days=7)
# Where strangers fill the brand's room: who really writes sends a file within minutes.
UNUSED_IN_A_CROWD_FOR = timedelta(hours=1)
BATCH = 200


def sweep_idle(now: datetime, limit: int = 1000) -> int:
    """Close the current brand's conversations whose visitor has been silent for `idle_close_minutes`; returns how many.

    What waits for the team's answer never is, however long: a question of Friday evening is there on Monday. What
    sleeps is left alone until it wakes, which begins the time anew. A message that comes in while the sweep runs keeps
    its conversation open: all of this is looked at again under the lock.
    """
    minutes = current_tenant().idle_close_minutes
    if not minutes:
        return 0
    idle_since = now - timedelta(minutes=minutes)

    def close_idle(conversation_id: UUID) -> bool:
        reason = Conversation.CloseReason.IDLE
        closed = close_conversation(conversation_id, by=SYSTEM, reason=reason, now=now, unless_active_after=idle_since)
        return closed.close_reason == reason and closed.closed_at == now

    return work_through(due_for_closing(idle_since), by="active_at", work=close_idle, limit=limit)


def sweep_uploads(now: datetime) -> int:
    """Delete the current brand's uploads that nobody has sent within UNUSED_FOR; returns how many.

    Visitors' go within UNUSED_IN_A_CROWD_FOR while they fill half of their room, so that a flood is over soon.
    """
    done = _forget_all(now - UNUSED_FOR, SENDERS)
    if is_crowded("visitor"):
        done += _forget_all(now - UNUSED_IN_A_CROWD_FOR, ["visitor"])
    return done


def due_for_closing(idle_since: datetime) -> QuerySet[Conversation]:
    """Found by the partial index `may_fall_idle`: what nobody ever answers costs nothing at each run."""
    at_rest = Conversation.objects.filter(snoozed_until__isnull=True, awaiting_reply_since__isnull=True)
    return at_rest.exclude(status=Conversation.Status.CLOSED).filter(active_at__lte=idle_since)


def _forget_all(before: datetime, kinds: Sequence[str]) -> int:
    """Rows first: bytes that stay behind cost room, a row without bytes would be a message with a file that is gone."""
    done = 0
    while True:
        with transaction.atomic():
            paths = forget_unused(before, limit=BATCH, kinds=kinds)
        delete_files(paths)
        done += len(paths)
        if len(paths) < BATCH:
            return done
