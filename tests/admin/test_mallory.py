"""What is not one's own does not exist: foreign rows, foreign sites, pages above one's role."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from agents.models import Agent, AuditEntry, AutomationRule, CannedReply, Macro, Membership, Queue, SavedView, Skill
from chat.models import Conversation, Tag, Visitor, Widget
from tenants.context import in_tenant
from tenants.keys import create_key
from tenants.models import ApiKey, Tenant, User
from tests.account.conftest import SignedIn
from tests.admin.pages import crawl, delete_all

ACTIONS = ("change/", "delete/", "history/", "revoke/", "show_identity_secret/", "renew_secret/", "set_default/")


@pytest.fixture
def acme_rows(acme: Tenant, vera: Visitor, now: datetime) -> Iterator[dict[str, Any]]:
    with in_tenant(acme):
        Conversation.objects.create(visitor=vera, created_at=now)
        rows = {
            "agents/agent": Agent.objects.get(display_name="Alice").pk,
            "agents/queue": Queue.objects.first().pk,
            "agents/membership": uuid4(),  # numbers collide between brands: see the test below
            "agents/skill": Skill.objects.create(name="Acme's skill").pk,
            "agents/cannedreply": CannedReply.objects.create(shortcut="acmes", title="x", texts={"en": "x"}).pk,
            "agents/macro": Macro.objects.create(name="Acme's macro", actions=[]).pk,
            "agents/automationrule": AutomationRule.objects.create(
                name="Acme's rule", event="conversation.created", actions=[], is_active=False
            ).pk,
            "agents/savedview": SavedView.objects.create(name="Acme's view").pk,
            "agents/auditentry": AuditEntry.objects.create(at=now, action="x.changed").pk,
            "chat/tag": Tag.objects.create(name="Acme's tag").pk,
            "chat/widget": Widget.objects.first().pk,
            "chat/conversation": Conversation.objects.get().pk,
            "chat/visitor": vera.pk,
            "tenants/apikey": ApiKey.objects.filter(tenant=acme).first().pk,
            "tenants/tenant": acme.pk,
        }
    yield rows
    delete_all((Skill, CannedReply, Macro, AutomationRule, SavedView, Tag), acme)


def plain(text: bytes, pk: object) -> str:
    """A page without what differs from request to request."""
    return re.sub(r'value="[A-Za-z0-9]{64}"|nonce-\S+', "", text.decode()).replace(str(pk), "PK")


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_foreign_rows_are_missing_rows(
    method: str, action: str, acme_rows: dict[str, Any], mallory_admin: Client, acme: Tenant
) -> None:
    for model, pk in acme_rows.items():
        foreign = getattr(mallory_admin, method)(f"/admin/{model}/{pk}/{action}", {"post": "yes"})
        nothing = uuid4()
        missing = getattr(mallory_admin, method)(f"/admin/{model}/{nothing}/{action}", {"post": "yes"})
        assert foreign.status_code == missing.status_code
        assert foreign.status_code in (302, 403, 404), f"{model} {action}"
        assert plain(foreign.content, pk) == plain(missing.content, nothing)
    with in_tenant(acme):
        assert Widget.objects.filter(pk=acme_rows["chat/widget"]).exists()
    assert ApiKey.objects.get(pk=acme_rows["tenants/apikey"]).revoked_at is None


def test_no_page_of_globex_shows_acme(acme_rows: dict[str, Any], mallory_admin: Client, acme_key: str) -> None:
    pages = {address: answer.content.decode() for address, answer in crawl(mallory_admin)}
    assert len(pages) > 20 and any("Globex" in page for page in pages.values())
    for address, page in pages.items():
        for secret in ("Vera", "alice@acme.test", "Acme", *map(str, acme_rows.values())):
            assert secret not in page, f"{secret} on {address}"


def test_a_foreign_session_is_no_session(signed_in: SignedIn, mallory: Agent, globex: Tenant, acme: Tenant) -> None:
    client = signed_in(mallory, globex, at=acme)
    for address in ("/admin/", "/admin/agents/agent/", "/admin/no/such/page/"):
        assert client.get(address)["Location"].startswith("/account/sign-in?next=/admin/")
        client = signed_in(mallory, globex, at=acme)


@pytest.mark.parametrize("role", ["agent", "supervisor"])
def test_who_is_no_admin_finds_nothing(
    role: str, signed_in: SignedIn, bob: Agent, acme: Tenant, acme_rows: dict[str, Any]
) -> None:
    with in_tenant(acme):
        Agent.objects.filter(pk=bob.pk).update(role=role)
    try:
        client = signed_in(bob, acme)
        addresses = ["/admin/", "/admin/search/?s=a", "/admin/jsi18n/", "/admin/agents/agent/add/"]
        addresses += [f"/admin/{model}/" for model in acme_rows]
        addresses += [f"/admin/{model}/{pk}/change/" for model, pk in acme_rows.items()]
        missing = client.get("/admin/no/such/page/")
        for address in addresses:
            for answer in (client.get(address), client.post(address)):
                assert (answer.status_code, plain(answer.content, "")) == (404, plain(missing.content, ""))
    finally:
        with in_tenant(acme):
            Agent.objects.filter(pk=bob.pk).update(role="agent")


def test_the_installation_site_is_not_for_brands(signed_in: SignedIn, alice: Agent, acme: Tenant, kim: User) -> None:
    brand_session = signed_in(alice, acme)
    assert brand_session.get("/admin/tenants/user/").status_code == 404
    assert brand_session.get("/admin/tenants/domain/").status_code == 404
    client = Client(HTTP_HOST="localhost:8000")
    client.cookies = brand_session.cookies
    assert client.get("/admin/").status_code == 302
    kim_at_acme = Client(HTTP_HOST="acme.localhost:8000")
    kim_at_acme.force_login(kim, backend="tenants.auth.StaffBackend")
    session = kim_at_acme.session
    session["brand"] = str(acme.pk)
    session.save()
    assert kim_at_acme.get("/admin/").status_code == 404


def test_nobody_reads_passwords_through_filters(alice_admin: Client) -> None:
    for query in ("user__password__startswith=scrypt", "user__email__startswith=a", "user__is_installation_admin=1"):
        answer = alice_admin.get(f"/admin/agents/agent/?{query}")
        assert answer.status_code in (302, 400)


def test_foreign_rows_cannot_be_chosen(mallory_admin: Client, acme: Tenant, globex: Tenant) -> None:
    with in_tenant(acme):
        queue, agent = Queue.objects.first(), Agent.objects.get(display_name="Alice")
    answer = mallory_admin.post("/admin/agents/membership/add/", {"agent": agent.pk, "queue": queue.pk})
    assert answer.status_code == 200, "the form comes back with errors"
    with in_tenant(globex):
        assert not Membership.objects.filter(agent_id=agent.pk).exists()


def test_a_foreign_key_cannot_be_revoked(mallory_admin: Client, acme: Tenant, now: datetime) -> None:
    key, _text = create_key(acme, kind=ApiKey.Kind.SECRET, name="acme's", now=now)
    mallory_admin.post(f"/admin/tenants/apikey/{key.pk}/revoke/")
    assert ApiKey.objects.get(pk=key.pk).revoked_at is None
    key.delete()
