"""Rows of agents' lists, told a few times a second: what one conversation says in between is never shown anyway."""

import asyncio
from collections.abc import Callable
from itertools import islice, takewhile
from typing import Any, NamedTuple
from uuid import UUID

from chat.events import Frame, hint_frame
from chat.message_log.entries import Changed
from tenants.models import Tenant

GATHER_SECONDS = 0.25
# With so many conversations on the move nobody reads each state of a row: they wait longer, and most become one.
BUSY_ROWS = 50
BUSY_GATHER_SECONDS = 1.0
# Each row leaves so long after its first change. A look at the clock in between takes those that are due: a frame for
# each row is a write to every agent, all rows in one frame keep every message behind them waiting.
LOOK_SECONDS = 0.1
MAX_ROWS = 50

Send = Callable[[Tenant, Frame], None]


class Waiting(NamedTuple):
    due: float  # seconds of the loop's clock
    changed: Changed
    tenant: Tenant
    send: Send


class Rows:
    """Gathers the rows of one process; the last state of each conversation wins. Belongs to the bus's loop."""

    def __init__(self) -> None:
        # By brand; within it in the order in which they are due.
        self._waiting: dict[UUID, dict[UUID, Waiting]] = {}

    def add(self, tenant: Tenant, changed: Changed, send: Send) -> None:
        """Have `send(tenant, frame)` called soon with a frame of the rows that changed until then."""
        loop = asyncio.get_running_loop()
        rows = self._waiting.get(tenant.pk)
        if rows is None:
            rows = self._waiting[tenant.pk] = {}
            loop.call_later(GATHER_SECONDS, self._look, loop, tenant, send)
        known = rows.get(changed.pk)
        if known is None:
            gather = GATHER_SECONDS if len(rows) < BUSY_ROWS else BUSY_GATHER_SECONDS
            rows[changed.pk] = Waiting(loop.time() + gather, changed, tenant, send)
        # Threads may come in another order than they committed in.
        elif known.changed.version <= changed.version:
            rows[changed.pk] = known._replace(changed=changed)

    def tell_all(self) -> None:
        """Tell now what waits: this process ends."""
        for rows in list(self._waiting.values()):
            told = list(rows.values())
            rows.clear()  # the look at them goes on, and finds none
            for few in (told[start : start + MAX_ROWS] for start in range(0, len(told), MAX_ROWS)):
                few[0].send(few[0].tenant, rows_frame([one.changed.row() for one in few]))

    def _look(self, loop: asyncio.AbstractEventLoop, tenant: Tenant, send: Send) -> None:
        rows, until = self._waiting[tenant.pk], loop.time()
        due = list(islice(takewhile(lambda pk: rows[pk].due <= until, rows), MAX_ROWS))
        told = [rows.pop(pk).changed for pk in due]
        # First of all: what goes wrong with these rows must not keep the brand from being told of others.
        if rows:
            loop.call_later(LOOK_SECONDS, self._look, loop, tenant, send)
        else:
            del self._waiting[tenant.pk]
        if told:
            send(tenant, rows_frame([changed.row() for changed in told]))


def rows_frame(rows: list[dict[str, Any]]) -> Frame:
    """The frame that tells agents how conversations look now, by their rows of the list."""
    return hint_frame("conversation.updated", None, {"rows": rows})
