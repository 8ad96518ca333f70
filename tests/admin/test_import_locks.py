"""Imports beside routing, which locks agents by id: a preview locks nobody, an import one after the other."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
import tablib
from django.db import connection, transaction

from agents.accounts import create_agent
from agents.admin.team import AgentResource
from agents.models import Agent
from agents.routing.route import _lock_agents
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.admin.pages import remove_accounts
from tests.threads import until_somebody_waits


@pytest.fixture
def two(acme: Tenant, now: datetime) -> Iterator[list[Agent]]:
    """Two agents who are there, the first by id first."""
    with in_tenant(acme):
        made = [create_agent(email=f"{name}@acme.test", name=name, now=now)[0] for name in ("eve", "fay")]
        Agent.objects.filter(pk__in=[agent.pk for agent in made]).update(is_present=True)
        yield sorted(made, key=lambda agent: agent.pk)
        Agent.objects.filter(pk__in=[agent.pk for agent in made]).delete()
    for name in ("eve@", "fay@"):
        remove_accounts(name)


def import_file(tenant: Tenant, agents: list[Agent], **how: Any) -> Any:
    """Import a file that gives each of these, in this order, room for three."""
    rows = tablib.Dataset(headers=["email", "capacity"])
    for agent in agents:
        rows.append([agent.user.email, "3"])
    try:
        with in_tenant(tenant):
            return AgentResource().import_data(rows, raise_errors=True, **how)
    finally:
        connection.close()


def test_a_preview_waits_for_nobody_and_nobody_for_it(acme: Tenant, two: list[Agent]) -> None:
    def preview() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1s'")
        return import_file(acme, two, dry_run=True)

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        assert len(_lock_agents()) == 2
        result = pool.submit(preview).result(60)
    assert result.totals["update"] == 2


def test_an_import_against_routing(acme: Tenant, two: list[Agent]) -> None:
    first, second = two
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Agent.objects.select_for_update(no_key=True).get(pk=first.pk)
            importing = pool.submit(import_file, acme, [second, first])
            until_somebody_waits()
            assert _lock_agents() == {first.pk, second.pk}
        assert importing.result(60).totals["update"] == 2
    assert set(Agent.objects.filter(pk__in=[first.pk, second.pk]).values_list("capacity", flat=True)) == {3}
