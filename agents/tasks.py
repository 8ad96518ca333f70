from celery import shared_task

from agents import presence
from tenants.context import TenantTask


@shared_task(base=TenantTask)
def sweep_presence(tenant_id: str) -> int:
    return presence.sweep_presence(presence.unix_now())
