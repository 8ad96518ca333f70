"""The base of Celery tasks that work in a brand. Apart from context.py, so that web processes need not load Celery."""

import logging
from typing import TYPE_CHECKING, Any
from uuid import UUID

from celery import Task

from tenants.context import NoTenant, in_public, in_tenant
from tenants.models import Tenant

logger = logging.getLogger(__name__)

if TYPE_CHECKING:
    BaseTask = Task[..., Any]
else:
    BaseTask = Task


class TenantTask(BaseTask):
    """Base of tasks that work in a brand: the first argument is the brand's id, the body runs inside the brand."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        tenant_id = args[0] if args else kwargs.get("tenant_id")
        if not tenant_id:
            raise NoTenant(f"{self.name} was called without a brand.")
        with in_public():
            tenant = Tenant.objects.get(pk=UUID(str(tenant_id)))
        if not tenant.is_active:
            logger.info("task skipped: brand is suspended", extra={"brand": tenant.slug, "task": self.name})
            return None
        with in_tenant(tenant):
            return self.run(*args, **kwargs)
