"""Queues: where waiting conversations stand."""

from datetime import datetime

from django.utils.translation import gettext, override

from agents.models import Queue
from tenants.models import Tenant


def furnish_brand(tenant: Tenant, now: datetime) -> None:
    """A new brand starts with one queue that takes every new conversation (see settings.BRAND_STEPS)."""
    with override(tenant.locale):
        name = gettext("General")
    Queue.objects.create(name=name, is_default=True, created_at=now)


def make_default(queue: Queue) -> None:
    """New conversations stand in `queue` from now on."""
    Queue.objects.filter(is_default=True).exclude(pk=queue.pk).update(is_default=False)
    Queue.objects.filter(pk=queue.pk).update(is_default=True)
