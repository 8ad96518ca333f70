"""POST /api/v1/visitor/sessions, identify, logout."""

from datetime import datetime, timedelta
from uuid import uuid4

import jwt
import pytest
from django.http import HttpResponse

from chat.conversations import find_open
from chat.models import Visitor, Widget
from chat.rest import visitor_auth, visitor_views
from chat.rest.limits import Rate
from tenants.context import in_tenant
from tenants.keys import hash_key, revoke_key
from tenants.models import ApiKey, Tenant
from tests.rest.conftest import Api, problem
from tests.visitors.identities import identity

SESSIONS = "/api/v1/visitor/sessions"


def test_new_visitor_gets_a_token_and_all_that_the_widget_shows(anyone: Api, acme: Tenant, acme_widget: Widget) -> None:
    page = {"url": "http://acme.localhost/demo/", "title": "Shop", "referrer": ""}
    given = {"key": acme_widget.public_key, "locale": "zh-CN", "page": page, "attributes": {"plan": "pro"}}
    answer = anyone.post(SESSIONS, given)
    assert answer.status_code == 201
    assert "no-store" in answer["Cache-Control"]
    body = answer.json()
    assert body["visitor"] == {"id": body["visitor"]["id"], "name": "", "email": "", "identified": False}
    assert body["brand"] == {"name": "Acme", "accent": acme.accent, "slug": "acme"}
    assert body["widget"]["locale"] == "zh-hans"
    assert body["widget"]["greeting"].keys() == {"en", "zh-hans"}
    assert (body["conversation"], body["unread"], body["epoch"]) == (None, 0, str(acme.epoch))
    assert body["limits"]["text"] == 4000
    with in_tenant(acme):
        visitor = Visitor.objects.get(pk=body["visitor"]["id"])
    assert (visitor.page_title, visitor.attributes, visitor.locale) == ("Shop", {"plan": "pro"}, "zh-hans")


def test_earlier_token_goes_on_as_the_same_visitor(
    anyone: Api, acme_widget: Widget, vera: Visitor, vera_token: str, conversation: object
) -> None:
    body = anyone.post(SESSIONS, {"key": acme_widget.public_key, "token": vera_token}).json()
    assert body["visitor"]["id"] == str(vera.pk)
    assert body["conversation"]["status"] == "waiting"
    assert body["conversation"]["top"] == 2


def test_worthless_token_gives_a_new_visitor(anyone: Api, acme_widget: Widget, vera: Visitor) -> None:
    body = anyone.post(SESSIONS, {"key": acme_widget.public_key, "token": "x.y.z"}).json()
    assert body["visitor"]["id"] != str(vera.pk)


def test_identity_makes_a_known_person(anyone: Api, acme_widget: Widget, now: datetime) -> None:
    given = {"key": acme_widget.public_key, "identity": identity(acme_widget, now, name="Vera Vogel")}
    first, second = anyone.post(SESSIONS, given).json(), anyone.post(SESSIONS, given).json()
    assert first["visitor"] == {**first["visitor"], "name": "Vera Vogel", "identified": True}
    assert second["visitor"]["id"] == first["visitor"]["id"]


@pytest.mark.parametrize("wrong", ["cut", "other widget's", "long-lived", "none", "text", "for ever", "old and cut"])
def test_wrong_identity_is_refused(
    anyone: Api, acme_widget: Widget, globex_widget: Widget, now: datetime, wrong: str
) -> None:
    start = int(now.timestamp())
    token = {
        "cut": identity(acme_widget, now)[:-4],
        "other widget's": identity(globex_widget, now),
        "old and cut": identity(acme_widget, now - timedelta(hours=2))[:-4],
        "long-lived": identity(acme_widget, now, exp=start + 90_000),
        "text": identity(acme_widget, now, iat=str(start), exp=str(start + 600)),
        "for ever": identity(acme_widget, now, exp=float("inf")),
        "none": jwt.encode(
            {"sub": "x", "iat": start, "exp": start + 60}, "", algorithm="none", headers={"kid": str(acme_widget.pk)}
        ),
    }[wrong]
    problem(anyone.post(SESSIONS, {"key": acme_widget.public_key, "identity": token}), 401, "unauthenticated")


def test_expired_identity_is_enough_for_who_is_that_person_by_token(
    anyone: Api, acme_widget: Widget, vera_token: str, now: datetime
) -> None:
    def start(token: str, who: str) -> HttpResponse:
        return anyone.post(SESSIONS, {"key": acme_widget.public_key, "token": token, "identity": who})

    old = identity(acme_widget, now - timedelta(hours=2))
    problem(start("", old), 401, "identity_expired")
    problem(start(vera_token, old), 401, "identity_expired")
    first = start("", identity(acme_widget, now)).json()
    again = start(first["token"], old).json()
    assert (again["visitor"]["id"], again["visitor"]["identified"]) == (first["visitor"]["id"], True)
    problem(start(first["token"], identity(acme_widget, now - timedelta(hours=2), sub="x")), 401, "identity_expired")
    bearer = {"authorization": f"Bearer {again['token']}"}
    assert anyone.post("/api/v1/visitor/identify", {"identity": old}, **bearer).status_code == 200
    assert anyone.post("/api/v1/visitor/logout", **bearer).status_code == 204
    problem(start(again["token"], old), 401, "identity_expired")


def test_foreign_key_gets_what_a_missing_key_gets(anyone: Api, globex_widget: Widget) -> None:
    foreign = anyone.post(SESSIONS, {"key": globex_widget.public_key})
    missing = anyone.post(SESSIONS, {"key": "kf_pk_" + "x" * 32})
    assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content)
    problem(foreign, 404, "not_found")


def test_revoked_key_opens_nothing(anyone: Api, acme_widget: Widget, now: datetime) -> None:
    row = ApiKey.objects.get(hash=hash_key(acme_widget.public_key))
    revoke_key(row, now)
    try:
        problem(anyone.post(SESSIONS, {"key": acme_widget.public_key}), 404, "not_found")
        assert anyone.get("/widget/panel", {"key": acme_widget.public_key}).status_code == 404
    finally:
        ApiKey.objects.filter(pk=row.pk).update(revoked_at=None)


@pytest.mark.parametrize(
    "origin", ["null", "https://evil.example", "http://acme.localhost:81", "http://acme.localhost.evil.example"]
)
def test_other_origins_are_refused_without_cors_headers(acme_widget: Widget, origin: str) -> None:
    answer = Api(headers={"origin": origin}).post(SESSIONS, {"key": acme_widget.public_key})
    problem(answer, 403, "forbidden")
    assert "Access-Control-Allow-Origin" not in answer
    assert "Origin" in answer["Vary"]


def test_missing_origin_is_refused_unless_apps_are_allowed(acme: Tenant, acme_widget: Widget) -> None:
    problem(Api().post(SESSIONS, {"key": acme_widget.public_key}), 403, "forbidden")
    with in_tenant(acme):
        Widget.objects.filter(pk=acme_widget.pk).update(allow_apps=True)
    try:
        assert Api().post(SESSIONS, {"key": acme_widget.public_key}).status_code == 201
    finally:
        with in_tenant(acme):
            Widget.objects.filter(pk=acme_widget.pk).update(allow_apps=False)


def test_allowed_foreign_origin_gets_cors_headers(acme: Tenant, acme_widget: Widget) -> None:
    site = "https://shop.example.com"
    with in_tenant(acme):
        Widget.objects.filter(pk=acme_widget.pk).update(allowed_origins=[site])
    try:
        api = Api(headers={"origin": site})
        answer = api.post(SESSIONS, {"key": acme_widget.public_key})
        preflight = api.http.options(SESSIONS, headers={"access-control-request-method": "POST"})
    finally:
        with in_tenant(acme):
            Widget.objects.filter(pk=acme_widget.pk).update(allowed_origins=[])
    assert answer.status_code == 201
    assert answer["Access-Control-Allow-Origin"] == site
    assert "Access-Control-Allow-Credentials" not in answer
    assert preflight.status_code == 204
    assert preflight["Access-Control-Allow-Origin"] == site
    assert "Authorization" in preflight["Access-Control-Allow-Headers"]


def test_preflight_of_a_foreign_site_gets_nothing() -> None:
    answer = Api(headers={"origin": "https://evil.example"}).http.options(SESSIONS)
    assert answer.status_code == 204
    assert not [name for name in answer.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'"x"',
        b"{",
        b'{"key": 5}',
        b'{"key": null}',
        b'{"key": ["kf_pk_"]}',
        b'{"key": "\\u0000"}',
        b'{"key": "\\ud800"}',
        b'{"key": "a", "key": "b"}',
        b'{"key": NaN}',
        b'{"key": "a", "x": 1e999}',
        b'{"key": "a", "x": 9223372036854775808}',
        b'{"key": "a", "x": ' + b"9" * 5000 + b"}",
        b'{"key": "a", "attributes": [1]}',
        b'{"key": "a", "page": "x"}',
        b"[" * 100_000,
        b'{"key":' * 5000,
        b"\xff\xfe",
        b'{"key": "' + b"x" * 65 + b'"}',
    ],
)
def test_what_cannot_be_read_is_a_400(anyone: Api, body: bytes) -> None:
    answer = anyone.raw(SESSIONS, body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_body_has_a_limit(anyone: Api) -> None:
    problem(anyone.raw(SESSIONS, b'{"key": "' + b"x" * 300_000 + b'"}'), 413, "too_large")


def test_sessions_of_one_address_are_limited(anyone: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor_views, "SESSION_RATE", Rate(f"test-{uuid4()}", 0.1, 2))
    body = {"key": "kf_pk_unknown"}

    def ask(address: str) -> HttpResponse:
        return anyone.http.post(SESSIONS, body, content_type="application/json", REMOTE_ADDR=address)

    assert [ask("198.51.100.7").status_code for _ in range(3)] == [404, 404, 429]
    refused = ask("198.51.100.7")
    problem(refused, 429, "rate_limited")
    assert 1 <= int(refused["Retry-After"]) <= 10
    assert ask("198.51.100.8").status_code == 404


def test_requests_of_one_visitor_are_limited(visitor_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor_auth, "VISITOR_RATE", Rate(f"test-{uuid4()}", 0.1, 2))
    answers = [visitor_api.get("/api/v1/visitor/conversations") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]


def test_identify_keeps_the_visitors_own_word(visitor_api: Api, vera: Visitor, acme: Tenant) -> None:
    answer = visitor_api.post("/api/v1/visitor/identify", {"name": "Vera\u202e V.", "email": "vera@example.com"})
    assert answer.status_code == 200
    assert answer.json()["visitor"] == {
        "id": str(vera.pk), "name": answer.json()["visitor"]["name"], "email": "vera@example.com", "identified": False,
    }  # fmt: skip
    problem(visitor_api.post("/api/v1/visitor/identify", {"email": "not an address"}), 400, "invalid")
    problem(visitor_api.post("/api/v1/visitor/identify", {"attributes": {"a": {"b": 1}}}), 400, "invalid")


def test_identify_never_sets_what_only_a_token_may(visitor_api: Api, vera: Visitor, acme: Tenant) -> None:
    assert visitor_api.post("/api/v1/visitor/identify", {"external_id": "boss", "id": str(uuid4())}).status_code == 200
    with in_tenant(acme):
        assert Visitor.objects.get(pk=vera.pk).external_id is None


def test_identify_with_a_token_ends_older_tokens(visitor_api: Api, acme_widget: Widget, now: datetime) -> None:
    answer = visitor_api.post("/api/v1/visitor/identify", {"identity": identity(acme_widget, now)})
    assert answer.json()["visitor"]["identified"]
    problem(visitor_api.get("/api/v1/visitor/conversations"), 401, "unauthenticated")
    fresh = Api(headers={"authorization": f"Bearer {answer.json()['token']}", "origin": "http://acme.localhost"})
    assert fresh.get("/api/v1/visitor/conversations").status_code == 200


def test_log_out_makes_tokens_worthless(visitor_api: Api) -> None:
    assert visitor_api.post("/api/v1/visitor/logout").status_code == 204
    problem(visitor_api.post("/api/v1/visitor/logout"), 401, "unauthenticated")


def test_session_opens_no_conversation(anyone: Api, acme: Tenant, acme_widget: Widget) -> None:
    visitor_id = anyone.post(SESSIONS, {"key": acme_widget.public_key}).json()["visitor"]["id"]
    with in_tenant(acme):
        assert find_open(Visitor.objects.get(pk=visitor_id)) is None
