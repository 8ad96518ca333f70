"""Keys and tokens over REST: wrong ones count for their address, whatever the brand; right ones open as ever."""

import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from django.test import Client

from chat.models import Widget
from tenants.attempts import PASSWORD, seconds_to_wait
from tests.account.conftest import forget_attempts
from tests.rest.conftest import problem

OFFICE, HOME = "203.0.113.9", "198.51.100.7"
ACME, GLOBEX, INSTALLATION = "acme.localhost", "globex.localhost", "localhost"
SIZE = 4
ROWS, SESSIONS, MINE = "/api/v1/conversations", "/api/v1/visitor/sessions", "/api/v1/visitor/conversations"
WRONG_KEY, WRONG_TOKEN = "kf_sk_" + "x" * 32, "aaa.bbb.ccc"


@pytest.fixture(autouse=True)
def small_buckets(settings: Any) -> Iterator[None]:
    settings.FAILED_ATTEMPTS_PER_ADDRESS = SIZE
    forget_attempts()
    yield
    forget_attempts()


def ask(path: str, token: str, *, host: str = ACME, address: str = OFFICE) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Origin": f"http://{host}"}
    return Client(HTTP_HOST=host, REMOTE_ADDR=address, headers=headers).get(path)


def use_up(path: str = ROWS, token: str = WRONG_KEY, **options: Any) -> None:
    for _ in range(SIZE):
        problem(ask(path, token, **options), 401, "unauthenticated")


def too_many(answer: Any) -> None:
    problem(answer, 429, "rate_limited")
    assert 1 <= int(answer["Retry-After"]) <= 900 / SIZE + 1


@pytest.mark.parametrize("host", [ACME, INSTALLATION])
def test_wrong_keys_are_counted_and_right_ones_open(host: str, acme_key: str) -> None:
    assert ask(ROWS, acme_key, host=host).status_code == 200
    use_up(host=host)
    too_many(ask(ROWS, WRONG_KEY, host=host))
    assert [ask(ROWS, acme_key, host=host).status_code for _ in range(SIZE * 2)] == [200] * SIZE * 2
    problem(ask(ROWS, WRONG_KEY, host=host, address=HOME), 401, "unauthenticated")


def test_a_key_of_another_brand_counts_like_one_that_is_none(globex_key: str, acme_key: str) -> None:
    use_up(token=globex_key)
    too_many(ask(ROWS, globex_key))
    too_many(ask(ROWS, WRONG_KEY))
    assert ask(ROWS, globex_key, host=GLOBEX).status_code == 200


def test_wrong_visitor_tokens_are_counted_and_right_ones_open(vera_token: str) -> None:
    use_up(MINE, WRONG_TOKEN)
    too_many(ask(MINE, WRONG_TOKEN))
    assert [ask(MINE, vera_token).status_code for _ in range(SIZE * 2)] == [200] * SIZE * 2


def test_mallorys_attempts_on_globex_count_for_her_address_only(vera_token: str, acme_key: str) -> None:
    use_up(MINE, vera_token, host=GLOBEX)
    too_many(ask(MINE, WRONG_TOKEN))
    too_many(ask(ROWS, WRONG_KEY))
    for address in (OFFICE, HOME):
        assert ask(MINE, vera_token, address=address).status_code == 200
        assert ask(ROWS, acme_key, address=address).status_code == 200


def test_wrong_identity_tokens_are_counted_and_right_ones_open(acme_widget: Widget, vera_token: str) -> None:
    start = int(time.time())
    claims = {"sub": "u-1", "iat": start, "exp": start + 600}
    sign = {"algorithm": "HS256", "headers": {"kid": str(acme_widget.pk)}}
    right = jwt.encode(claims, acme_widget.identity_secret, **sign)
    wrong = jwt.encode(claims, "another secret of thirty-two bytes", **sign)
    headers = {"Origin": f"http://{ACME}"}
    client = Client(HTTP_HOST=ACME, REMOTE_ADDR=OFFICE, headers=headers)

    def start_session(**given: str) -> Any:
        return client.post(SESSIONS, {"key": acme_widget.public_key, **given}, content_type="application/json")

    old = jwt.encode({**claims, "iat": start - 7200, "exp": start - 3600}, acme_widget.identity_secret, **sign)
    for _ in range(SIZE * 2):
        problem(start_session(identity=old), 401, "identity_expired")
    for _ in range(SIZE):
        problem(start_session(identity=wrong), 401, "unauthenticated")
    too_many(start_session(identity=wrong))
    identify = client.post(
        "/api/v1/visitor/identify",
        {"identity": wrong},
        content_type="application/json",
        headers={**headers, "Authorization": f"Bearer {vera_token}"},
    )
    too_many(identify)
    assert start_session(identity=right).status_code == 201
    assert start_session().status_code == 201
    assert start_session(token=WRONG_TOKEN).status_code == 201, "a dead token is a new visitor, not an attempt"


def test_no_credentials_are_no_wrong_ones() -> None:
    client = Client(HTTP_HOST=ACME, REMOTE_ADDR=OFFICE)
    assert {client.get(ROWS).status_code for _ in range(SIZE * 2)} == {401}
    assert {client.get("/api/v1/agent/canned").status_code for _ in range(SIZE * 2)} == {401}
    problem(ask(ROWS, WRONG_KEY), 401, "unauthenticated")


def test_dead_tokens_keep_nobody_from_signing_in() -> None:
    use_up(MINE, WRONG_TOKEN)
    too_many(ask(MINE, WRONG_TOKEN))
    assert seconds_to_wait(PASSWORD, OFFICE) == 0
