"""Which brand a Host header means."""

import pytest
from django.test import Client

from tenants import hosts
from tenants.hosts import UnknownHost, find_tenant, find_tenant_async, forget_hosts

LONGEST = ".".join(["x" * 63] * 3 + ["x" * 61])


async def test_a_name_longer_than_names_are_is_nobody_and_is_not_remembered() -> None:
    forget_hosts()
    for name in (f"{LONGEST}x", f"{LONGEST}x:8000", "x" * 60_000):
        with pytest.raises(UnknownHost):
            await find_tenant_async(name)
    assert set(hosts._remembered) <= {""}


def test_the_longest_name_is_looked_for() -> None:
    forget_hosts()
    assert len(LONGEST) == 253
    with pytest.raises(UnknownHost):
        find_tenant(f"{LONGEST}:8000")
    assert LONGEST in hosts._remembered


def test_pages_at_such_a_host_are_not_there() -> None:
    assert Client(HTTP_HOST=f"{LONGEST}x").get("/account/sign-in").status_code == 404
