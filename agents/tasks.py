import time

from celery import shared_task
from django.utils import timezone

from agents import drafts, presence, sla, take_back
from agents.automation import sweep
from agents.routing import idle, overflow, route, silent
from agents.waiting import returning, telling
from chat import mailing
from chat.marks import sweep_snoozed as wake_due
from chat.visitor_presence import sweep_visitors
from tenants.tasks import TenantTask


@shared_task(base=TenantTask)
def sweep_presence(tenant_id: str) -> int:
    now = time.time()
    return presence.sweep_presence(now) + sweep_visitors(now)


@shared_task(base=TenantTask)
def sweep_sla(tenant_id: str) -> int:
    return sla.sweep_sla(timezone.now())


@shared_task(base=TenantTask)
def sweep_standings(tenant_id: str) -> int:
    return returning.sweep_returned(timezone.now()) + telling.tell_standings(timezone.now())


@shared_task(base=TenantTask)
def sweep_take_back(tenant_id: str) -> int:
    return take_back.sweep_take_back(timezone.now())


@shared_task(base=TenantTask)
def sweep_rules(tenant_id: str) -> int:
    return sweep.sweep_rules(timezone.now())


@shared_task(base=TenantTask)
def forget_rule_runs(tenant_id: str) -> int:
    now = timezone.now()
    return sweep.forget_runs(now) + drafts.forget_dropped(now)


@shared_task(base=TenantTask)
def sweep_snoozed(tenant_id: str) -> int:
    return wake_due(timezone.now())


@shared_task(base=TenantTask)
def sweep_route(tenant_id: str) -> int:
    now = timezone.now()
    idle.note_idle(now)
    return route.route_waiting(now)


@shared_task(base=TenantTask)
def sweep_overflow(tenant_id: str) -> int:
    return overflow.sweep_overflow(timezone.now())


@shared_task(base=TenantTask)
def sweep_silent(tenant_id: str) -> int:
    return silent.sweep_silent(timezone.now())


@shared_task(base=TenantTask)
def sweep_answers(tenant_id: str) -> int:
    return mailing.sweep_answers(timezone.now())
