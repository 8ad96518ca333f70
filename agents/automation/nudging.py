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
class Desk:
    """What this process knows of a brand's rules, and the rows that wait for them."""

    events: frozenset[str] | None = None
    known_until: float = 0.0
    waiting: deque[Row] = field(default_factory=deque)
    task: "asyncio.Task[None] | None" = None


_desks: dict[UUID, Desk] = {}


def start_rules(grown: Grown) -> None:
    """Receiver of nudges, on the event loop that publishes."""
    if grown.event not in EVENTS:
        return
    desk = _desks.get(grown.tenant.pk)
    if desk is None:
        desk = _desks[grown.tenant.pk] = Desk()
    is_known = desk.events is not None and time.monotonic() < desk.known_until
    if is_known and grown.event not in (desk.events or ()):
        return
    if grown.event == AutomationRule.Event.MESSAGE_CREATED and grown.author_kind != Message.AuthorKind.VISITOR:
        return
    if len(desk.waiting) < MAX_WAITING:
        desk.waiting.append((grown.conversation_id, grown.seq))
    if desk.task is None:
        desk.task = asyncio.get_running_loop().create_task(_work(grown.tenant, desk))


def forget_rules(tenant: Tenant) -> None:
    """The brand's rules have changed: ask anew with the next row."""
    _desks.pop(tenant.pk, None)


async def _work(tenant: Tenant, desk: Desk) -> None:
    try:
        while desk.waiting:
            rows = [desk.waiting.popleft() for _ in range(min(BATCH, len(desk.waiting)))]
            desk.events = await run_in_tenant(tenant, look_at_rows, rows)
            desk.known_until = time.monotonic() + KNOWN_SECONDS
    except Exception:
        logger.exception("rules were not started; the sweep finds the rows", extra={"brand": tenant.slug})
        desk.waiting.clear()
    finally:
        desk.task = None


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
