from collections.abc import Iterator
from datetime import datetime

import pytest

from agents.accounts import LastAdmin, change_agent
from agents.models import Agent
from agents.permissions import PERMISSIONS
from tenants.accounts import create_account
from tenants.context import in_tenant
from tenants.models import Tenant, User
from tenants.sessions import ENTER

ADMIN_ONLY = ("agents.add_agent", "chat.change_widget", "tenants.change_tenant", "tenants.add_apikey")


def fresh(agent: Agent) -> User:
    return User.objects.get(pk=agent.user_id)


@pytest.fixture
def kim(now: datetime) -> Iterator[User]:
    user, _password = create_account(email="kim@kefu.test", name="Kim", is_installation_admin=True, now=now)
    yield user
    User.objects.filter(pk=user.pk)._raw_delete("default")  # no cascade: the agents' tables are not in public


def test_role_decides_in_the_own_brand(acme: Tenant, alice: Agent, bob: Agent) -> None:
    with in_tenant(acme):
        assert fresh(alice).has_perms([ENTER, *ADMIN_ONLY])
        assert fresh(bob).has_perm(ENTER)
        assert not any(fresh(bob).has_perm(perm) for perm in ADMIN_ONLY)


def test_nobody_in_another_brand_or_outside(acme: Tenant, globex: Tenant, alice: Agent) -> None:
    user = fresh(alice)
    with in_tenant(acme):
        assert user.has_perm(ENTER)
    with in_tenant(globex):
        assert not any(user.has_perm(perm) for perm in (ENTER, *ADMIN_ONLY))
        assert not user.has_module_perms("agents")
    assert not any(user.has_perm(perm) for perm in (ENTER, *ADMIN_ONLY))


def test_an_installation_admin_is_nobody_in_a_brand(acme: Tenant, kim: User) -> None:
    assert kim.has_perm("tenants.add_tenant")
    with in_tenant(acme):
        assert not kim.has_perm("tenants.change_tenant")
        assert not kim.has_perm(ENTER)


def test_who_is_inactive_may_nothing(acme: Tenant, bob: Agent) -> None:
    with in_tenant(acme):
        Agent.objects.filter(pk=bob.pk).update(is_active=False)
        try:
            assert not fresh(bob).has_perm(ENTER)
        finally:
            Agent.objects.filter(pk=bob.pk).update(is_active=True)


def test_no_role_changes_the_log_or_visitors() -> None:
    for permissions in PERMISSIONS.values():
        forbidden = {f"chat.{verb}_{model}" for verb in ("add", "change", "delete") for model in ("message", "visitor")}
        assert not permissions & forbidden


def test_the_last_admin_stays(acme: Tenant, alice: Agent, now: datetime) -> None:
    with in_tenant(acme):
        for role, is_active in (("agent", True), ("admin", False)):
            with pytest.raises(LastAdmin):
                change_agent(alice, role=role, is_active=is_active, now=now)
        assert Agent.objects.get(pk=alice.pk).role == "admin"
