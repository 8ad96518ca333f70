from collections.abc import Iterator

import pytest
from django.contrib.admin.models import LogEntry

from agents.models import AuditEntry
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.account.conftest import forget_failures, signed_in
from tests.admin.conftest import alice_admin, mallory_admin

__all__ = ["alice_admin", "forget_failures", "mallory_admin", "signed_in"]


@pytest.fixture(autouse=True)
def forget(brands: dict[str, Tenant]) -> Iterator[None]:
    yield
    for tenant in brands.values():
        with in_tenant(tenant):
            AuditEntry.objects.all().delete()
            LogEntry.objects.all().delete()
