"""Nudges upwards: apps above hear at once that a log grew, from whichever writer and process (group commit included).

A nudge is safe to lose: whatever is started by one must also be found by a sweep. It comes after COMMIT, on the event
loop that publishes, so a receiver may only decide and start something (`asyncio` task, `run_in_tenant`), never wait.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from tenants.models import Tenant

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Grown:
    """A row that a conversation's log got, and what the conversation was like after it.

    The last two let a receiver pass by what cannot concern it without asking the database.
    """

    tenant: Tenant
    conversation_id: UUID
    seq: int
    event: str
    author_kind: str
    # Somebody waits for an answer, and by when they are to have it is written.
    is_promised: bool = False
    # What waits in it was left for later.
    left_message: bool = False


_receivers: list[Callable[[Grown], None]] = []


def nudge_with(receiver: Callable[[Grown], None]) -> None:
    """Have `receiver` called with every row; registered once when an app is loaded."""
    if receiver not in _receivers:
        _receivers.append(receiver)


def nudge(grown: Grown) -> None:
    for receiver in _receivers:
        try:
            receiver(grown)
        except Exception:
            logger.exception("a nudge failed; its sweep finds the work", extra={"event": grown.event})


_stirred: list[Callable[[Tenant], None]] = []


def stir_with(receiver: Callable[[Tenant], None]) -> None:
    """Have `receiver` called when something changed in a brand that no log tells: who is there, who is available."""
    if receiver not in _stirred:
        _stirred.append(receiver)


def stir(tenant: Tenant) -> None:
    for receiver in _stirred:
        try:
            receiver(tenant)
        except Exception:
            logger.exception("a stir failed; its sweep finds the work")
