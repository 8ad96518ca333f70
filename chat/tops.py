"""The tops that pongs carry: one query per brand and moment for all connections of a process that ask."""

import asyncio
from collections.abc import Collection
from uuid import UUID

from chat.access import find_known
from tenants.context import run_in_tenant
from tenants.models import Tenant

MOMENT_SECONDS = 0.05
MAX_IDS = 2_000

Tops = dict[UUID, int]


class _Gathering:
    """The questions of one moment about one brand."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self.ids: set[UUID] = set()
        self.answer: asyncio.Future[Tops] = asyncio.get_running_loop().create_future()
        self._task = asyncio.get_running_loop().create_task(self._ask())

    async def _ask(self) -> None:
        await asyncio.sleep(MOMENT_SECONDS)
        # Whoever asks from now on wants what is written from now on: a question of its own.
        key = asyncio.get_running_loop(), self._tenant.pk
        if _gatherings.get(key) is self:
            del _gatherings[key]
        try:
            known = await run_in_tenant(self._tenant, find_known, list(self.ids))
        except Exception as error:
            self.answer.set_exception(error)
            self.answer.exception()  # those who asked may all have left
        else:
            self.answer.set_result({pk: row.top for pk, row in known.items()})


_gatherings: dict[tuple[asyncio.AbstractEventLoop, UUID], _Gathering] = {}


async def tops_of(tenant: Tenant, conversation_ids: Collection[UUID]) -> dict[str, int]:
    """Return the top seq of each conversation that exists, as it is after the call; waits up to a moment for others.

    The caller has checked that whoever asks may see these conversations.
    """
    if not conversation_ids:
        return {}
    key = asyncio.get_running_loop(), tenant.pk
    gathering = _gatherings.get(key)
    if gathering is None or len(gathering.ids) + len(conversation_ids) > MAX_IDS:
        gathering = _gatherings[key] = _Gathering(tenant)
    gathering.ids.update(conversation_ids)
    # Shielded: one connection that ends must not take the others' answer with it.
    tops = await asyncio.shield(gathering.answer)
    return {str(pk): tops[pk] for pk in conversation_ids if pk in tops}
