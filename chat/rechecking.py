"""Access that ended is told by an order to close, and Redis may lose it: all connections of a process are looked at
again now and then, in a few queries per brand (docs/realtime.md).
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Protocol
from uuid import UUID

from django.db import OperationalError

from chat.participants.participant import Participant
from chat.protocol import CLOSE_AUTHENTICATION, CLOSE_EPOCH
from tenants.context import ContextOverloaded, run_in_tenant
from tenants.hosts import read_epoch
from tenants.models import Tenant

logger = logging.getLogger(__name__)

AT_ONCE = 500


class Line(Protocol):
    participant: Participant

    def deliver(self, message: dict[str, Any]) -> None:
        """Take a message as if a topic had brought it."""


async def close_ended(lines: Iterable[Line]) -> None:
    """Tell those to close who would be let in no more, or as another. A few of one brand after the other: there is no
    hurry, and others need the thread."""
    by_brand: dict[UUID, list[Line]] = defaultdict(list)
    for line in lines:
        by_brand[line.participant.tenant.pk].append(line)
    for few in (few for neighbours in by_brand.values() for few in _batched(neighbours, AT_ONCE)):
        tenant = few[0].participant.tenant
        try:
            ended = await run_in_tenant(tenant, find_ended, tenant, [line.participant for line in few])
        except (OperationalError, ContextOverloaded):
            # So it would be for the others, one after the other; the next look comes soon.
            logger.warning("access: could not be looked at again, the database does not answer", exc_info=True)
            return
        except Exception:
            logger.warning("access: could not be looked at again", exc_info=True, extra={"brand": tenant.slug})
            continue
        for line in few:
            if (code := ended.get(line.participant)) is not None:
                line.deliver({"type": "close.now", "code": code})


def find_ended(tenant: Tenant, participants: Collection[Participant]) -> dict[Participant, int]:
    """Return those whose access ended, with the close code. Inside the brand."""
    epoch = read_epoch(tenant.pk)
    if epoch is None:
        return dict.fromkeys(participants, CLOSE_AUTHENTICATION)
    outdated = {who: CLOSE_EPOCH for who in participants if who.tenant.epoch != epoch}
    by_kind: dict[type[Participant], list[Any]] = defaultdict(list)
    for who in participants:
        by_kind[type(who)].append(who)
    ended = {who: code for kind, alike in by_kind.items() for who, code in kind.ended_among(alike).items()}
    return outdated | ended


def _batched(lines: list[Line], size: int) -> Iterator[list[Line]]:
    return (lines[start : start + size] for start in range(0, len(lines), size))
