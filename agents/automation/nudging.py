"""Rules start at once: nudges of the log are gathered per brand and looked at beside the event loop, in this process.

A brand without an active rule for what happened pays one look into a dictionary. Everything here may be lost, with the
process or where too much comes at once: the sweep finds the same rows.
"""

import asyncio
import logging
import time
from collections import deque
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone

from agents.automation.rules import active_rules
from agents.automation.run import Happened, TooFast, look_at
from agents.models import AutomationRule
from chat.models import Message
from chat.nudges import Grown
from tenants.context import run_in_tenant
from tenants.models import Tenant

logger = logging.getLogger(__name__)

# A rule that is switched on elsewhere starts at once in this process after so long; until then the sweep starts it.
KNOWN_SECONDS = 30.0
MAX_WAITING = 1000
BATCH = 50
EVENTS = frozenset(AutomationRule.Event.values)
Row = tuple[UUID, int]


@dataclass(slots=True)
class Pending:
    """What this process knows of a brand's rules, and the rows that wait for them."""

    events: frozenset[str] | None = None
    known_until: float = 0.0
    waiting: deque[Row] = field(default_factory=deque)
    task: "asyncio.Task[None] | None" = None


_pending: dict[UUID, Pending] = {}


def start_rules(grown: Grown) -> None:
    """Receiver of nudges, on the event loop that publishes."""
    if grown.event not in EVENTS:
        return
    pending = _pending.get(grown.tenant.pk)
    if pending is None:
        pending = _pending[grown.tenant.pk] = Pending()
    is_known = pending.events is not None and time.monotonic() < pending.known_until
    if is_known and grown.event not in (pending.events or ()):
        return
    if grown.event == AutomationRule.Event.MESSAGE_CREATED and grown.author_kind != Message.AuthorKind.VISITOR:
        return
    if len(pending.waiting) < MAX_WAITING:
        pending.waiting.append((grown.conversation_id, grown.seq))
    if pending.task is None:
        pending.task = asyncio.get_running_loop().create_task(_work(grown.tenant, pending))


def forget_rules(tenant: Tenant) -> None:
    """The brand's rules have changed: ask anew with the next row."""
    _pending.pop(tenant.pk, None)


async def _work(tenant: Tenant, pending: Pending) -> None:
    try:
        while pending.waiting:
            rows = [pending.waiting.popleft() for _ in range(min(BATCH, len(pending.waiting)))]
            pending.events = await run_in_tenant(tenant, look_at_rows, rows)
            pending.known_until = time.monotonic() + KNOWN_SECONDS
    except Exception:
        logger.exception("rules were not started; the sweep finds the rows", extra={"brand": tenant.slug})
        pending.waiting.clear()
    finally:
        pending.task = None


def look_at_rows(rows: list[Row]) -> frozenset[str]:
    """Let the current brand's rules look at these rows; returns the events that any rule waits for."""
    rules = active_rules()
    events = frozenset(rule.event for rule in rules)
    if rules:
        wanted = set(rows)
        conversations, seqs = {pk for pk, _seq in rows}, {seq for _pk, seq in rows}
        found = Message.objects.filter(conversation_id__in=conversations, seq__in=seqs, event__in=events)
        now = timezone.now()
        try:
            for row in found.order_by("pk"):
                if (row.conversation_id, row.seq) in wanted:
                    look_at(Happened.of(row), rules, now)
        except TooFast:
            logger.warning("rules act too often: the sweep goes on", extra={"rules": len(rules)})
    return events
