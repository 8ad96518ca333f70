from collections.abc import Iterator
from datetime import datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from agents.models import Agent
from tenants.accounts import create_account
from tenants.models import Tenant, User
from tests.account.conftest import SignedIn, forget_failures, signed_in
from tests.admin.pages import remove_accounts

__all__ = ["forget_failures", "signed_in"]


@pytest.fixture
def alice_admin(signed_in: SignedIn, alice: Agent, acme: Tenant) -> Client:
    """Acme's admin in acme's admin site."""
    return signed_in(alice, acme)


@pytest.fixture
def mallory_admin(signed_in: SignedIn, mallory: Agent, globex: Tenant) -> Client:
    return signed_in(mallory, globex)


@pytest.fixture
def kim(now: datetime) -> Iterator[User]:
    """The installation's admin."""
    user, _password = create_account(email="kim@kefu.test", name="Kim", is_installation_admin=True, now=now)
    yield user
    LogEntry.objects.all().delete()
    remove_accounts("kim@")


@pytest.fixture
def kim_admin(kim: User) -> Client:
    client = Client(HTTP_HOST="localhost:8000")
    client.force_login(kim, backend="tenants.auth.StaffBackend")
    session = client.session
    session["brand"] = "installation"
    session.save()
    return client
