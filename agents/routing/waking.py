"""Routing starts at once where something changed that it looks at; sweep_route finds what was missed.

Belongs to the event loop of a web process (kefu_project/asgi.py registers it): workers have their sweeps.
"""

import asyncio
import logging
from uuid import UUID

from django.utils import timezone

from agents.routing.route import route_waiting
from chat.nudges import Grown, nudge_with, stir_with
from tenants.context import run_in_tenant
from tenants.models import Tenant

logger = logging.getLogger(__name__)

# What happens within so short a time is routed in one round.
GATHER_SECONDS = 0.05
STARTING = frozenset(
    f"conversation.{verb}"
    for verb in ("created", "reopened", "released", "transferred", "closed", "snoozed", "woken", "prioritised")
)

_waiting: set[UUID] = set()
_running: dict[UUID, asyncio.Task[None]] = {}
_again: set[UUID] = set()


def wake_with_nudges() -> None:
    """From now on this process routes when a log or somebody's presence says that there may be work."""
    nudge_with(hear)
    stir_with(wake)


def hear(grown: Grown) -> None:
    if grown.event in STARTING:
        wake(grown.tenant)


def wake(tenant: Tenant) -> None:
    """Have the brand routed soon: one round at a time, and one more for what came meanwhile."""
    if tenant.pk in _running:
        _again.add(tenant.pk)
    elif tenant.pk not in _waiting:
        _waiting.add(tenant.pk)
        asyncio.get_running_loop().call_later(GATHER_SECONDS, _start, tenant)


def _start(tenant: Tenant) -> None:
    _waiting.discard(tenant.pk)
    _running[tenant.pk] = asyncio.get_running_loop().create_task(_run(tenant))


async def _run(tenant: Tenant) -> None:
    try:
        await run_in_tenant(tenant, route_waiting, timezone.now())
    except Exception:
        logger.exception("routing failed; its sweep tries again", extra={"brand": tenant.slug})
    finally:
        _running.pop(tenant.pk, None)
        if tenant.pk in _again:
            _again.discard(tenant.pk)
            wake(tenant)
