from celery import shared_task
from django.utils import timezone

from agents import presence, take_back
from chat.visitor_presence import sweep_visitors
from tenants.tasks import TenantTask


@shared_task(base=TenantTask)
def sweep_presence(tenant_id: str) -> int:
    now = presence.unix_now()
    return presence.sweep_presence(now) + sweep_visitors(now)


@shared_task(base=TenantTask)
def sweep_take_back(tenant_id: str) -> int:
    return take_back.sweep_take_back(timezone.now())
