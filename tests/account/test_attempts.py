"""Wrong credentials count for the address that brings them, over all accounts and brands; right ones never do."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from agents.models import Agent
from tenants import attempts, buckets
from tenants.attempts import PASSWORD, TOKEN, note_failure, seconds_to_wait
from tenants.models import Tenant, User
from tenants.resting import Rest
from tests.account.conftest import SignedIn, forget_attempts
from tests.conftest import PASSWORD as RIGHT

OFFICE, HOME = "203.0.113.9", "198.51.100.7"
ACME, GLOBEX, INSTALLATION = "acme.localhost:8000", "globex.localhost:8000", "localhost:8000"
SIZE = 3
FULL = attempts.REFILL_SECONDS


@pytest.fixture(autouse=True)
def small_buckets(settings: Any) -> Iterator[None]:
    settings.FAILED_ATTEMPTS_PER_ADDRESS = SIZE
    settings.AXES_FAILURE_LIMIT = 100
    forget_attempts()
    yield
    forget_attempts()


def sign_in(email: str, password: str, *, host: str = ACME, address: str = OFFICE, **options: Any) -> Any:
    form = {"email": email, "password": password}
    return Client(HTTP_HOST=host, REMOTE_ADDR=address).post("/account/sign-in", form, **options)


def try_many(count: int, *, host: str = ACME) -> list[int]:
    """Each at another account."""
    return [sign_in(f"nobody{n}@acme.test", "wrong", host=host).status_code for n in range(count)]


# ---- the bucket ----


@pytest.mark.parametrize("kind", [PASSWORD, TOKEN])
def test_so_many_failures_and_no_more(kind: attempts.Kind) -> None:
    assert [note_failure(kind, OFFICE) for _ in range(SIZE)] == [0] * SIZE
    assert 0 < seconds_to_wait(kind, OFFICE) <= FULL / SIZE
    assert note_failure(kind, OFFICE) > 0
    assert seconds_to_wait(kind, HOME) == 0


def test_it_fills_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(SIZE):
        note_failure(PASSWORD, OFFICE)
    wait = seconds_to_wait(PASSWORD, OFFICE)
    now = buckets.time.time()
    monkeypatch.setattr(buckets.time, "time", lambda: now + wait + 1)
    assert seconds_to_wait(PASSWORD, OFFICE) == 0
    note_failure(PASSWORD, OFFICE)
    assert seconds_to_wait(PASSWORD, OFFICE) > 0


def test_passwords_tried_at_once_are_a_debt_that_has_a_bottom() -> None:
    for _ in range(SIZE * 5):
        note_failure(PASSWORD, OFFICE)
        note_failure(TOKEN, OFFICE)
    assert FULL < seconds_to_wait(PASSWORD, OFFICE) <= FULL * (SIZE + 1) / SIZE
    assert seconds_to_wait(TOKEN, OFFICE) <= FULL / SIZE


def test_pages_with_dead_tokens_do_not_make_each_other_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each comes back when it was told to, and learns in the end that its token died."""
    clock = buckets.time.time()
    monkeypatch.setattr(buckets.time, "time", lambda: clock)
    for _ in range(SIZE):
        note_failure(TOKEN, OFFICE)
    due, left = {page: clock + page * FULL / SIZE / 3 for page in range(3)}, 3
    for _ in range(20):
        page = min(due, key=lambda one: due[one])
        clock = due[page] + 0.01
        if wait := note_failure(TOKEN, OFFICE):
            due[page] = clock + wait
        else:
            due[page], left = clock + 10 * FULL, left - 1
        if not left:
            break
    assert left == 0


def test_kinds_do_not_add_up() -> None:
    for _ in range(SIZE):
        note_failure(TOKEN, OFFICE)
    assert seconds_to_wait(PASSWORD, OFFICE) == 0


def test_an_ipv6_network_is_one_address() -> None:
    for number in range(SIZE):
        note_failure(PASSWORD, f"2001:db8:1:2::{number}")
    assert seconds_to_wait(PASSWORD, "2001:db8:1:2:ffff::1") > 0
    assert seconds_to_wait(PASSWORD, "2001:db8:1:3::1") == 0
    for _ in range(SIZE):
        note_failure(PASSWORD, f"::ffff:{OFFICE}")
    assert seconds_to_wait(PASSWORD, OFFICE) > 0


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", ""])
def test_the_machine_itself_is_not_limited(address: str) -> None:
    assert {note_failure(PASSWORD, address) for _ in range(SIZE * 2)} == {0}


def test_without_redis_nobody_is_limited(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(attempts, "_connected", None)
    monkeypatch.setattr(attempts, "_rest", Rest())
    assert {note_failure(PASSWORD, OFFICE) for _ in range(SIZE * 2)} == {0}


# ---- pages ----


def test_many_accounts_from_one_address_are_stopped() -> None:
    assert try_many(SIZE) == [401] * SIZE
    answer = sign_in("alice@acme.test", RIGHT)
    assert answer.status_code == 429, "a right one must not be told from a wrong one"
    assert 1 <= int(answer["Retry-After"]) <= FULL / SIZE + 1
    assert "Too many wrong passwords from your network. Try again in 5 minutes." in answer.content.decode()
    chinese = sign_in("alice@acme.test", RIGHT, headers={"accept-language": "zh-hans"})
    assert "您所在网络的错误密码次数过多" in chinese.content.decode()
    assert sign_in("alice@acme.test", RIGHT, address=HOME).status_code == 302


def test_an_office_is_not_locked_out_by_those_who_succeed() -> None:
    try_many(SIZE - 1)
    assert [sign_in("alice@acme.test", RIGHT).status_code for _ in range(SIZE + 1)] == [302] * (SIZE + 1)
    assert sign_in("bob@acme.test", RIGHT).status_code == 302
    assert try_many(1) == [401]
    assert try_many(1) == [429]


def test_mallorys_attempts_count_for_the_address_and_not_for_acmes_accounts(mallory: Agent) -> None:
    for email in ("alice@acme.test", "bob@acme.test", "nobody@acme.test"):
        assert sign_in(email, "wrong", host=GLOBEX).status_code == 401
    assert sign_in("alice@acme.test", RIGHT).status_code == 429, "the same address, at another brand"
    for email in ("alice@acme.test", "bob@acme.test"):
        assert sign_in(email, RIGHT, address=HOME).status_code == 302


def test_a_right_password_at_a_foreign_brand_is_a_failure(mallory: Agent) -> None:
    for _ in range(SIZE):
        assert sign_in("mallory@globex.test", RIGHT).status_code == 401
    assert sign_in("mallory@globex.test", RIGHT, host=GLOBEX).status_code == 429


def test_the_installations_door_is_the_same(settings: Any) -> None:
    assert try_many(SIZE, host=INSTALLATION) == [401] * SIZE
    assert try_many(1, host=INSTALLATION) == [429]
    assert try_many(1) == [429]
    assert Client(HTTP_HOST=ACME, REMOTE_ADDR=OFFICE).get("/account/sign-in").status_code == 200


def test_empty_forms_and_those_without_a_token_are_no_attempts() -> None:
    assert [sign_in("", "").status_code for _ in range(SIZE * 2)] == [401] * SIZE * 2
    strict = Client(HTTP_HOST=ACME, REMOTE_ADDR=OFFICE, enforce_csrf_checks=True)
    for _ in range(SIZE * 2):
        assert strict.post("/account/sign-in", {"email": "a@acme.test", "password": "x"}).status_code == 403
    assert sign_in("alice@acme.test", RIGHT).status_code == 302


@pytest.mark.parametrize("email", ["a" * 300 + "@acme.test", "alice@acme.test\0"])
def test_what_cannot_be_an_address_counts_too(email: str) -> None:
    assert [sign_in(email, "wrong").status_code for _ in range(SIZE + 1)] == [401] * SIZE + [429]


def test_the_old_password_is_guessed_no_better(signed_in: SignedIn, bob: Agent, acme: Tenant) -> None:
    client = signed_in(bob, acme, REMOTE_ADDR=OFFICE)
    form = {"old_password": "wrong", "new_password1": "quite-another-1", "new_password2": "quite-another-1"}
    mistyped = form | {"old_password": RIGHT, "new_password2": "something else"}
    assert [client.post("/account/password", mistyped).status_code for _ in range(SIZE + 1)] == [422] * (SIZE + 1)
    assert [client.post("/account/password", form).status_code for _ in range(SIZE)] == [422] * SIZE
    answer = client.post("/account/password", form | {"old_password": RIGHT})
    assert (answer.status_code, "Retry-After" in answer) == (429, True)
    assert "Too many wrong passwords from your network" in answer.content.decode()
    assert User.objects.get(pk=bob.user_id).check_password(RIGHT)


def test_codes_of_the_brand_switcher_are_counted(signed_in: SignedIn, alice: Agent, acme: Tenant) -> None:
    client = Client(HTTP_HOST=ACME, HTTP_ORIGIN=f"http://{ACME}", REMOTE_ADDR=OFFICE)
    answers = [client.post("/account/handoff", {"code": f"wrong{n}"}) for n in range(SIZE + 1)]
    assert [answer.status_code for answer in answers] == [403] * SIZE + [429]
    assert int(answers[-1]["Retry-After"]) >= 1
    here = signed_in(alice, acme)
    code = here.post("/account/handoff/start", {"slug": "acme"}, content_type="application/json").json()["code"]
    assert client.post("/account/handoff", {"code": code}).status_code == 302, "a right one opens"
