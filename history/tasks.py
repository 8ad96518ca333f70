from celery import shared_task
from django.utils import timezone

from history import archive, sweeps
from history.reports import sweep
from tenants.tasks import TenantTask


@shared_task(base=TenantTask)
def sweep_idle(tenant_id: str) -> int:
    return sweeps.sweep_idle(timezone.now())


@shared_task(base=TenantTask)
def archive_closed(tenant_id: str) -> int:
    return archive.archive_closed(timezone.now())


@shared_task(base=TenantTask)
def sweep_uploads(tenant_id: str) -> int:
    return sweeps.sweep_uploads(timezone.now())


@shared_task(base=TenantTask)
def sweep_reports(tenant_id: str) -> int:
    return sweep.sweep_reports(timezone.now())
