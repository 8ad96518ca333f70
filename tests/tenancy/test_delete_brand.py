from datetime import datetime

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client

from chat.models import Visitor
from tenants.context import in_tenant
from tenants.models import ApiKey, Domain, Tenant
from tenants.provisioning import activate_brand, create_brand, delete_brand, files_of, suspend_brand


@pytest.fixture
def brand(now: datetime) -> Tenant:
    return create_brand(slug="leaving", name="Leaving", domains=["leaving.localhost"], now=now)


def test_leaves_nothing_of_it_and_all_of_the_others(brand: Tenant, acme: Tenant) -> None:
    with in_tenant(brand):
        cache.set("canary", "leaving")
    with in_tenant(acme):
        cache.set("canary", "acme")
        visitors = Visitor.objects.count()
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.set(f"x:{brand.pk}", 1)
    client.set(f"x:{brand.pk.hex}", 1)
    files_of(brand.pk).mkdir(parents=True)
    (files_of(brand.pk) / "letter.txt").write_text("private")

    pk, schema_name = brand.pk, brand.schema_name
    delete_brand(brand)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = %s", [schema_name])
        assert cursor.fetchone() == (0,)
    for model in (ApiKey, Domain):
        assert not model.objects.filter(tenant_id=pk).exists()
    assert not Tenant.objects.filter(pk=pk).exists()
    assert not files_of(pk).exists()
    left = list(client.scan_iter())
    assert not [key for key in left if pk.hex.encode() in key.replace(b"-", b"") or schema_name.encode() in key]
    with in_tenant(acme):
        assert cache.get("canary") == "acme"
        assert Visitor.objects.count() == visitors


def test_a_suspended_brand_does_not_answer(brand: Tenant) -> None:
    client = Client(HTTP_HOST="leaving.localhost")
    try:
        assert client.get("/account/sign-in").status_code == 200
        suspend_brand(brand)
        assert client.get("/account/sign-in").status_code == 404
        activate_brand(brand)
        assert client.get("/account/sign-in").status_code == 200
    finally:
        delete_brand(brand)
    assert client.get("/account/sign-in").status_code == 404
