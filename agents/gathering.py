"""Work that nudges ask for, gathered: one round per brand at a time, with all that was asked for until it starts.

Belongs to the event loop of a web process; what a process that dies had gathered is found by sweeps.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

from tenants.context import run_in_tenant
from tenants.models import Tenant

logger = logging.getLogger(__name__)


class Gatherer:
    """Calls `work(items)` inside the brand, `seconds` after the first item came; one round of a brand at a time."""

    def __init__(self, work: Callable[[dict[UUID, set[str]]], Any], seconds: float) -> None:
        self._work, self._seconds = work, seconds
        # By brand: ids and what was heard of each.
        self._items: dict[UUID, dict[UUID, set[str]]] = {}
        self._busy: set[UUID] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, tenant: Tenant, item: UUID, heard: str) -> None:
        items = self._items.get(tenant.pk)
        if items is None:
            items = self._items[tenant.pk] = {}
            if tenant.pk not in self._busy:
                asyncio.get_running_loop().call_later(self._seconds, self._start, tenant)
        items.setdefault(item, set()).add(heard)

    def _start(self, tenant: Tenant) -> None:
        self._busy.add(tenant.pk)
        task = asyncio.get_running_loop().create_task(self._run(tenant, self._items.pop(tenant.pk)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, tenant: Tenant, items: dict[UUID, set[str]]) -> None:
        try:
            await run_in_tenant(tenant, self._work, items)
        except Exception:
            logger.exception("a nudge's work failed; its sweep finds it", extra={"brand": tenant.slug})
        finally:
            self._busy.discard(tenant.pk)
            if tenant.pk in self._items:
                asyncio.get_running_loop().call_later(self._seconds, self._start, tenant)
