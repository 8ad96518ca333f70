from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from agents.models import Queue
from chat.models import Widget
from tenants.context import in_tenant
from tenants.keys import find_key
from tenants.models import ApiKey, Domain, Tenant
from tenants.provisioning import (
    BadAccent,
    BadBrandName,
    BadDomain,
    BadLocale,
    BadSlug,
    DomainTaken,
    SlugTaken,
    create_brand,
)
from tests.threads import run_together

pytestmark = pytest.mark.usefixtures("remove_made")


def schemas() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace")
        return {name for (name,) in cursor.fetchall()}


def fail_half_way(tenant: Tenant, now: datetime) -> None:
    raise RuntimeError("the disk is full")


def test_makes_schema_hosts_queue_widget_and_key(now: datetime) -> None:
    tenant = create_brand(
        slug="two-words", name="Initech", domains=["Chat.Initech.example", "initech.localhost"], now=now
    )
    assert tenant.schema_name == "brand_two_words"
    assert [d.domain for d in tenant.domains.order_by("-is_primary")] == ["chat.initech.example", "initech.localhost"]
    with in_tenant(tenant):
        assert Queue.objects.get().is_default
        key = find_key(Widget.objects.get().public_key, kind=ApiKey.Kind.PUBLISHABLE)
    assert key is not None
    assert key.tenant == tenant


def test_is_migrated_as_migrate_schemas_would(now: datetime, acme: Tenant) -> None:
    from django.db.migrations.executor import MigrationExecutor

    tenant = create_brand(slug="new", name="New", domains=["new.localhost"], now=now)
    with in_tenant(tenant):
        executor = MigrationExecutor(connection)
        assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


def test_a_failure_leaves_nothing(now: datetime, settings: Any) -> None:
    before = schemas(), ApiKey.objects.count(), Domain.objects.count()
    settings.BRAND_STEPS = [*settings.BRAND_STEPS, f"{__name__}.fail_half_way"]
    with pytest.raises(RuntimeError):
        create_brand(slug="broken", name="Broken", domains=["broken.localhost"], now=now)
    assert (schemas(), ApiKey.objects.count(), Domain.objects.count()) == before
    assert not Tenant.objects.filter(slug="broken").exists()


@pytest.mark.parametrize("slug", ["", "Upper", "9first", "under_score", "a" * 41, "dots.in", "sp ace", 'quo"te', "新"])
def test_refuses_what_is_no_slug(slug: str, now: datetime) -> None:
    # The command makes a host name of the slug where none is given: what is wrong is the slug all the same.
    for domain in ("x.localhost", f"{slug}.localhost"):
        with pytest.raises(BadSlug):
            create_brand(slug=slug, name="X", domains=[domain], now=now)


def test_refuses_a_taken_slug(acme: Tenant, now: datetime) -> None:
    with pytest.raises(SlugTaken):
        create_brand(slug="acme", name="X", domains=["x.localhost"], now=now)


@pytest.mark.parametrize(
    "domain", ["", "a b", "http://x.example", "x.example:8000", "x/y", "-x.example", "a" * 64 + ".example", "x..y"]
)
def test_refuses_what_is_no_host_name(domain: str, now: datetime) -> None:
    with pytest.raises(BadDomain):
        create_brand(slug="x", name="X", domains=[domain], now=now)


@pytest.mark.parametrize("domain", ["acme.localhost", "ACME.localhost.", "localhost", "127.0.0.1"])
def test_refuses_a_taken_host_name(domain: str, acme: Tenant, now: datetime) -> None:
    with pytest.raises(DomainTaken):
        create_brand(slug="x", name="X", domains=[domain], now=now)


def test_refuses_bad_name_colour_and_language(now: datetime) -> None:
    with pytest.raises(BadBrandName):
        create_brand(slug="x", name=" ", domains=["x.localhost"], now=now)
    with pytest.raises(BadAccent):
        create_brand(slug="x", name="X", domains=["x.localhost"], accent="red;}", now=now)
    with pytest.raises(BadLocale):
        create_brand(slug="x", name="X", domains=["x.localhost"], locale="de", now=now)


def test_of_two_with_one_slug_one_is_made(now: datetime) -> None:
    def make(number: int) -> str:
        try:
            create_brand(slug="twin", name="Twin", domains=[f"twin-{number}.localhost"], now=now)
        except SlugTaken:
            return "taken"
        return "made"

    assert sorted(run_together(2, make)) == ["made", "taken"]
