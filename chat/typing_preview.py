"""Whether agents may see what visitors are writing: the brand's setting, as it is now.

A connection knows its brand as it was when it was opened, perhaps hours ago, and typing is too frequent to ask the
database each time: the answer is remembered for a few seconds per process.
"""

import time
from uuid import UUID

from tenants.context import run_in_public
from tenants.models import Tenant

REMEMBERED_SECONDS = 5.0

# By brand: until when it counts (monotonic seconds), and the answer.
_known: dict[UUID, tuple[float, bool]] = {}


async def shows_typing_preview(tenant: Tenant) -> bool:
    until, shows = _known.get(tenant.pk, (0.0, False))
    if time.monotonic() >= until:
        shows = await run_in_public(is_preview_shown, tenant.pk)
        _known[tenant.pk] = time.monotonic() + REMEMBERED_SECONDS, shows
    return shows


def is_preview_shown(tenant_id: UUID) -> bool:
    """As it is at this moment: what visitors are told must not be older than what is done."""
    return Tenant.objects.filter(pk=tenant_id, shows_typing_preview=True).exists()
