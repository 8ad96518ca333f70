"""Rows of agents' lists, told a few times a second: what one conversation says in between is never shown anyway."""

import asyncio
from collections.abc import Callable, Iterable
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


class Gathered(NamedTuple):
    tenant: Tenant
    send: Send
    rows: dict[UUID, Waiting]  # in the order in which they are due

    def take(self, pks: Iterable[UUID]) -> list[Changed]:
        return [self.rows.pop(pk).changed for pk in pks]

    def tell(self, rows: list[Changed]) -> None:
        if rows:
            self.send(self.tenant, rows_frame([changed.row() for changed in rows]))


class Rows:
    """Gathers the rows of one process; the last state of each conversation wins. Belongs to the bus's loop."""

    def __init__(self) -> None:
        # By brand.
        self._waiting: dict[UUID, Gathered] = {}

    def add(self, tenant: Tenant, changed: Changed, send: Send) -> None:
        """Have `send(tenant, frame)` called soon with a frame of the rows that changed until then."""
        loop = asyncio.get_running_loop()
        gathered = self._waiting.get(tenant.pk)
        if gathered is None:
            gathered = self._waiting[tenant.pk] = Gathered(tenant, send, {})
            loop.call_later(GATHER_SECONDS, self._look, loop, gathered)
        rows = gathered.rows
        known = rows.get(changed.pk)
        if known is None:
            gather = GATHER_SECONDS if len(rows) < BUSY_ROWS else BUSY_GATHER_SECONDS
            rows[changed.pk] = Waiting(loop.time() + gather, changed)
        # Threads may come in another order than they committed in.
        elif known.changed.version <= changed.version:
            rows[changed.pk] = Waiting(known.due, changed)

    def tell_all(self) -> None:
        """Tell now what waits: this process ends. The looks at it go on, and find nothing."""
        for gathered in self._waiting.values():
            while gathered.rows:
                gathered.tell(gathered.take(list(islice(gathered.rows, MAX_ROWS))))

    def _look(self, loop: asyncio.AbstractEventLoop, gathered: Gathered) -> None:
        rows, until = gathered.rows, loop.time()
        told = gathered.take(list(islice(takewhile(lambda pk: rows[pk].due <= until, rows), MAX_ROWS)))
        # First of all: what goes wrong with these rows must not keep the brand from being told of others.
        if rows:
            loop.call_later(LOOK_SECONDS, self._look, loop, gathered)
        else:
            del self._waiting[gathered.tenant.pk]
        gathered.tell(told)


def rows_frame(rows: list[dict[str, Any]]) -> Frame:
    """The frame that tells agents how conversations look now, by their rows of the list."""
    return hint_frame("conversation.updated", None, {"rows": rows})
