from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.test import Client

from agents.models import Agent
from tenants.context import in_tenant
from tenants.models import Tenant, User
from tests.account.conftest import SignedIn
from tests.conftest import PASSWORD

COUNTING_HASHER = f"{__name__}.CountingHasher"

pytestmark = pytest.mark.usefixtures("three_tries")

ACME = "acme.localhost:8000"
WRONG = "The e-mail address or the password is wrong."


@pytest.fixture
def three_tries(settings: Any) -> None:
    settings.AXES_FAILURE_LIMIT = 3


def try_sign_in(email: str, password: str, *, host: str = ACME, query: str = "") -> tuple[int, str]:
    answer = Client(HTTP_HOST=host).post(f"/account/sign-in{query}", {"email": email, "password": password})
    return answer.status_code, answer.get("Location") or answer.content.decode()


def test_opens_the_console() -> None:
    assert try_sign_in("Alice@Acme.test ", PASSWORD) == (302, "/console/")


def test_goes_where_one_was_going() -> None:
    assert try_sign_in("alice@acme.test", PASSWORD, query="?next=/console/c/1") == (302, "/console/c/1")


@pytest.mark.parametrize(
    "target",
    ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "http:///evil.example"],
)
def test_never_leaves_the_host(target: str) -> None:
    assert try_sign_in("alice@acme.test", PASSWORD, query=f"?next={target}") == (302, "/console/")


def test_wrong_password_unknown_account_and_foreign_brand_get_the_same_answer(mallory: Agent) -> None:
    for email, password in (
        ("alice@acme.test", "wrong"),
        ("nobody@acme.test", PASSWORD),
        ("mallory@globex.test", PASSWORD),
        ("", ""),
    ):
        status, page = try_sign_in(email, password)
        assert status == 401
        assert WRONG in page


class CountingHasher(ScryptPasswordHasher):
    """Notes each hash that is computed."""

    computed: list[str] = []

    def encode(self, password: str, salt: str, *args: Any, **options: Any) -> str:
        self.computed.append(salt)
        return str(super().encode(password, salt, *args, **options))


@pytest.mark.parametrize("email", ["a" * 245 + "@acme.test", "a" * 5000, "alice@acme.test\0", "\0"])
def test_what_is_no_address_costs_no_hash(email: str, settings: Any) -> None:
    settings.PASSWORD_HASHERS = [COUNTING_HASHER]
    CountingHasher.computed.clear()
    status, page = try_sign_in(email, PASSWORD)
    assert (status, WRONG in page, CountingHasher.computed) == (401, True, [])
    assert try_sign_in("nobody@acme.test", PASSWORD)[0] == 401
    assert len(CountingHasher.computed) == 1, "an address that could be somebody's costs the time of one that is"


def test_an_agent_is_nobody_on_the_installation_host() -> None:
    status, page = try_sign_in("alice@acme.test", PASSWORD, host="localhost:8000")
    assert (status, WRONG in page) == (401, True)


@pytest.mark.parametrize("address", ["x", "unknown", "fe80::1%eth0", "203.0.113.9:", ""])
def test_locks_whatever_a_proxy_calls_the_client(address: str) -> None:
    client = Client(HTTP_HOST=ACME, REMOTE_ADDR=address)
    form = {"email": "bob@acme.test", "password": "wrong"}
    assert [client.post("/account/sign-in", form).status_code for _ in range(3)] == [401, 401, 429]
    assert client.post("/account/sign-in", form | {"password": PASSWORD}).status_code == 429


def test_locks_after_too_many_failures_and_says_so() -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        assert try_sign_in("bob@acme.test", "wrong")[0] == 401
    assert try_sign_in("bob@acme.test", "wrong")[0] == 429
    status, page = try_sign_in("BOB@acme.test", PASSWORD)
    assert status == 429
    assert "Try again in 15 minutes" in page
    assert try_sign_in("alice@acme.test", PASSWORD)[0] == 302


def test_a_right_password_at_a_foreign_brand_counts_as_a_failure() -> None:
    """Otherwise the lock would tell which password is right."""
    for _ in range(settings.AXES_FAILURE_LIMIT):
        try_sign_in("mallory@globex.test", PASSWORD)
    assert try_sign_in("mallory@globex.test", PASSWORD)[0] == 429


def test_needs_the_csrf_token() -> None:
    client = Client(HTTP_HOST=ACME, enforce_csrf_checks=True)
    assert client.post("/account/sign-in", {"email": "alice@acme.test", "password": PASSWORD}).status_code == 403


def test_a_session_opens_one_brand_only(signed_in: SignedIn, mallory: Agent, acme: Tenant, globex: Tenant) -> None:
    assert signed_in(mallory, globex).get("/account/password").status_code == 200
    answer = signed_in(mallory, globex, at=acme).get("/account/password")
    assert (answer.status_code, answer["Location"]) == (302, "/account/sign-in?next=/account/password")


@pytest.mark.parametrize("cookie", [r'"aaaaaaaa\000"', "a" * 31, "A" * 32, "a" * 5000, r'"\303\251aaaaaaa"'])
def test_a_cookie_that_is_no_key_is_nobody(cookie: str) -> None:
    client = Client(HTTP_HOST=ACME, HTTP_COOKIE=f"kefu_session={cookie}")
    answer = client.get("/account/password")
    assert (answer.status_code, answer["Location"]) == (302, "/account/sign-in?next=/account/password")
    assert client.get("/api/v1/agent/me").status_code == 401
    answer = client.post("/account/sign-in", {"email": "alice@acme.test", "password": PASSWORD})
    assert (answer.status_code, len(answer.cookies["kefu_session"].value)) == (302, 32)


def test_sign_out_ends_the_session(signed_in: SignedIn, alice: Agent, acme: Tenant) -> None:
    client = signed_in(alice, acme)
    assert client.get("/account/sign-out").status_code == 405
    assert client.post("/account/sign-out").status_code == 302
    assert client.get("/account/password").status_code == 302


def test_an_agent_who_left_cannot_come_in(bob: Agent, acme: Tenant) -> None:
    with in_tenant(acme):
        Agent.objects.filter(pk=bob.pk).update(is_active=False)
        try:
            assert try_sign_in("bob@acme.test", PASSWORD)[0] == 401
        finally:
            Agent.objects.filter(pk=bob.pk).update(is_active=True)


def test_language_is_remembered(signed_in: SignedIn, bob: Agent, acme: Tenant) -> None:
    client = signed_in(bob, acme)
    answer = client.post("/account/language", {"language": "zh-hans", "next": "/account/password"})
    assert answer["Location"] == "/account/password"
    assert client.cookies["kefu_locale"].value == "zh-hans"
    assert "修改密码" in client.get("/account/password").content.decode()
    assert User.objects.get(pk=bob.user_id).locale == "zh-hans"
    User.objects.filter(pk=bob.user_id).update(locale="")
    assert "kefu_locale" not in Client(HTTP_HOST=ACME).post("/account/language", {"language": "xx"}).cookies
