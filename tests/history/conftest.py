from collections.abc import Iterator

import pytest

from tenants.context import in_tenant
from tenants.models import Tenant
from tests.history.desk import Desk


@pytest.fixture
def desk(acme: Tenant) -> Iterator[Desk]:
    """Acme's desk, with this thread inside acme."""
    with in_tenant(acme):
        yield Desk(acme)


@pytest.fixture
def neighbour(globex: Tenant) -> Desk:
    """Globex's desk; tests enter globex themselves."""
    return Desk(globex)
