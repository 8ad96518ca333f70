"""The brand switcher: one sign-in for every brand in which one is an agent, and for no other."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import redis
from django.conf import settings
from django.test import Client

from agents.accounts import create_agent
from agents.models import Agent
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.account.conftest import SignedIn
from tests.threads import run_together

GLOBEX = "globex.localhost:8000"
FROM_ACME = "http://acme.localhost:8000"


@pytest.fixture
def both(alice: Agent, globex: Tenant, now: datetime) -> Iterator[Agent]:
    """Alice works for globex too."""
    with in_tenant(globex):
        agent, password = create_agent(email=alice.user.email, name="Alice", now=now)
        assert password == "", "an account that is there keeps its password"
    yield alice
    with in_tenant(globex):
        agent.delete()


def start(client: Client, slug: Any = "globex") -> Any:
    return client.post("/account/handoff/start", {"slug": slug}, content_type="application/json")


def redeem(code: str, *, host: str = GLOBEX, **headers: str) -> int:
    client = Client(HTTP_HOST=host)
    return int(client.post("/account/handoff", {"code": code}, **({"HTTP_ORIGIN": FROM_ACME} | headers)).status_code)


def test_opens_a_session_at_the_other_brand(signed_in: SignedIn, both: Agent, acme: Tenant) -> None:
    answer = start(signed_in(both, acme)).json()
    assert answer["url"] == "http://globex.localhost:8000/account/handoff"
    client = Client(HTTP_HOST=GLOBEX)
    arrived = client.post("/account/handoff", {"code": answer["code"]}, HTTP_ORIGIN=FROM_ACME)
    assert (arrived.status_code, arrived["Location"]) == (302, "/console/")
    assert client.get("/account/password").status_code == 200


def test_a_code_works_once(signed_in: SignedIn, both: Agent, acme: Tenant) -> None:
    code = start(signed_in(both, acme)).json()["code"]
    assert [redeem(code), redeem(code)] == [302, 403]


def test_a_code_used_twice_at_once_works_once(signed_in: SignedIn, both: Agent, acme: Tenant) -> None:
    code = start(signed_in(both, acme)).json()["code"]
    assert sorted(run_together(4, lambda _number: redeem(code))) == [302, 403, 403, 403]


def test_a_code_is_for_one_brand(signed_in: SignedIn, both: Agent, acme: Tenant) -> None:
    code = start(signed_in(both, acme)).json()["code"]
    assert redeem(code, host="acme.localhost:8000") == 403
    assert redeem(code) == 403, "trying it at the wrong brand uses it up"


def test_a_code_lives_thirty_seconds_and_only_its_hash_is_kept(signed_in: SignedIn, both: Agent, acme: Tenant) -> None:
    code = start(signed_in(both, acme)).json()["code"]
    client = redis.Redis.from_url(settings.REDIS_URL)
    keys = [key for key in client.keys("*handoff*") if client.ttl(key) > 0]
    assert keys
    assert all(client.ttl(key) <= 30 and code.encode() not in key + (client.get(key) or b"") for key in keys)


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "",
        "http://acme.localhost.evil.example:8000",
        "http://[",
        "http://[acme.localhost",
    ],
)
def test_a_foreign_page_cannot_sign_anybody_in(origin: str, signed_in: SignedIn, both: Agent, acme: Tenant) -> None:
    code = start(signed_in(both, acme)).json()["code"]
    assert redeem(code, HTTP_ORIGIN=origin) == 403


def test_a_brand_where_one_is_nobody_does_not_exist(signed_in: SignedIn, bob: Agent, acme: Tenant) -> None:
    answers = [
        start(signed_in(bob, acme), slug) for slug in ("globex", "missing", "", None, ["globex"], "a\x00b", "\ud800")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0]["Content-Type"] == "application/problem+json"


def test_a_body_that_is_no_slug_names_no_brand(signed_in: SignedIn, bob: Agent, acme: Tenant) -> None:
    client = signed_in(bob, acme)
    for body in (b"", b"\xff", b"[" * 100_000, b'"globex"'):
        assert client.post("/account/handoff/start", body, content_type="application/json").status_code == 404


def test_needs_a_sign_in_and_the_csrf_token(signed_in: SignedIn, both: Agent, acme: Tenant) -> None:
    assert start(Client(HTTP_HOST="acme.localhost:8000")).status_code == 401
    assert start(signed_in(both, acme, enforce_csrf_checks=True)).status_code == 403


def test_leaving_the_brand_spoils_the_code(signed_in: SignedIn, both: Agent, acme: Tenant, globex: Tenant) -> None:
    code = start(signed_in(both, acme)).json()["code"]
    with in_tenant(globex):
        Agent.objects.filter(user_id=both.user_id).update(is_active=False)
    assert redeem(code) == 403
