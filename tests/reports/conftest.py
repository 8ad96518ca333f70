from collections.abc import Iterator

import pytest

from agents.models import Agent, Queue
from tenants.context import in_tenant
from tenants.models import Tenant


@pytest.fixture
def inside(acme: Tenant) -> Iterator[None]:
    """This thread is inside acme."""
    with in_tenant(acme):
        yield


@pytest.fixture
def queues(acme: Tenant) -> Iterator[list[Queue]]:
    """Two queues beside the default one."""
    with in_tenant(acme):
        made = [Queue.objects.create(name=name) for name in ("Sales", "Service")]
    yield made
    with in_tenant(acme):
        Queue.objects.filter(pk__in=[queue.pk for queue in made]).delete()


@pytest.fixture
def agents(alice: Agent, bob: Agent) -> list[Agent]:
    return [alice, bob]
