from collections.abc import Iterator

import pytest

from tenants.models import Tenant
from tenants.provisioning import delete_brand


@pytest.fixture
def remove_made() -> Iterator[None]:
    """Brands that the test makes are deleted when it ends."""
    yield
    for tenant in Tenant.objects.exclude(slug__in=["acme", "globex"]):
        delete_brand(tenant)
