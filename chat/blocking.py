"""A visitor whom the team does not want to hear from any more is kept out of every door (docs/profile.md)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from chat.fanout import announce_close, announce_visitor, visitor_topic
from chat.models import Visitor
from chat.protocol import CLOSE_FORBIDDEN
from chat.visitor_records import lock_visitor
from tenants.context import current_tenant


def block_visitor(visitor_id: UUID, *, by: str, now: datetime) -> Visitor:
    """Refuse the visitor at every door and close its connections; `by` is the name that is shown. Again: no change.

    Its tokens stay good for the day it is let in again. Raises NotFound, VisitorMerged.
    """
    with transaction.atomic():
        visitor = lock_visitor(visitor_id)
        if visitor.blocked_at is None:
            visitor.blocked_at, visitor.blocked_by = now, by
            visitor.save(update_fields=["blocked_at", "blocked_by"])
            announce_visitor(visitor.pk)
        announce_close(visitor_topic(current_tenant(), visitor.pk), CLOSE_FORBIDDEN)
    return visitor


def unblock_visitor(visitor_id: UUID) -> Visitor:
    """Let the visitor in again. Raises NotFound, VisitorMerged."""
    with transaction.atomic():
        visitor = lock_visitor(visitor_id)
        if visitor.blocked_at is not None:
            visitor.blocked_at, visitor.blocked_by = None, ""
            visitor.save(update_fields=["blocked_at", "blocked_by"])
            announce_visitor(visitor.pk)
    return visitor
