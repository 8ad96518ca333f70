"""Tasks that belong to no brand: the beat's heartbeat, and starting a task in each brand."""

import time

from celery import shared_task
from django.core.cache import cache

from kefu_project.celery import app
from tenants.models import Tenant

HEARTBEAT_KEY = "beat-heartbeat"


@shared_task
def note_heartbeat() -> None:
    """Beat sent it and a worker ran it: `kefu doctor` reads when that last happened."""
    cache.set(HEARTBEAT_KEY, time.time(), timeout=3600)


@shared_task
def start_in_each_brand(task_name: str) -> None:
    """Queue the task once per active brand, each with its tenant named; a brand that fails stops no other."""
    for tenant_id in Tenant.objects.filter(status=Tenant.Status.ACTIVE).values_list("pk", flat=True):
        app.send_task(task_name, args=(str(tenant_id),))
