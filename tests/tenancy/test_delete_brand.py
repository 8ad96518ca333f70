import os
import re
import subprocess
import sys
from datetime import datetime
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.test import Client

from chat.models import Visitor
from tenants.context import in_tenant
from tenants.leftovers import LeftoversRemain, files_of
from tenants.models import ApiKey, Domain, Tenant
from tenants.provisioning import activate_brand, create_brand, delete_brand, suspend_brand


@pytest.fixture
def brand(now: datetime) -> Tenant:
    return create_brand(slug="leaving", name="Leaving", domains=["leaving.localhost"], now=now)


def test_leaves_nothing_of_it_and_all_of_the_others(brand: Tenant, acme: Tenant) -> None:
    with in_tenant(brand):
        cache.set("canary", "leaving")
    with in_tenant(acme):
        cache.set("canary", "acme")
        visitors = Visitor.objects.count()
    client = redis.Redis.from_url(django_settings.REDIS_URL)
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


def test_files_go_although_redis_does_not_answer(brand: Tenant, settings: Any) -> None:
    files_of(brand.pk).mkdir(parents=True)
    (files_of(brand.pk) / "letter.txt").write_text("private")
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    pk = brand.pk
    with pytest.raises(LeftoversRemain) as left:
        delete_brand(brand)
    assert not files_of(pk).exists()
    assert not Tenant.objects.filter(pk=pk).exists()
    assert pk.hex in str(left.value) and str(pk) in str(left.value) and "brand_leaving:" in str(left.value)
    assert "files" not in str(left.value)


def test_keys_go_although_files_stay(brand: Tenant) -> None:
    put_in_the_way(brand)
    client = redis.Redis.from_url(django_settings.REDIS_URL)
    client.set(f"x:{brand.pk.hex}", 1)
    pk = brand.pk
    with pytest.raises(LeftoversRemain, match=re.escape(f"files remain in {files_of(pk)} (")):
        delete_brand(brand)
    assert client.get(f"x:{pk.hex}") is None
    files_of(pk).unlink()


def test_the_command_says_what_is_left(brand: Tenant) -> None:
    put_in_the_way(brand)
    command = [sys.executable, "-m", "kefu_project.cli", "brand", "delete", "leaving", "--yes"]
    done = subprocess.run(command, env=os.environ, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert str(files_of(brand.pk)) in done.stderr and "Traceback" not in done.stderr
    assert not Tenant.objects.filter(pk=brand.pk).exists()
    files_of(brand.pk).unlink()


def put_in_the_way(brand: Tenant) -> None:
    """Root may delete any folder: what stands in its place is no folder."""
    files_of(brand.pk).parent.mkdir(parents=True, exist_ok=True)
    files_of(brand.pk).touch()


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
