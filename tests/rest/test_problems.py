"""Refusals outside of any endpoint's own rules, and faults: always a problem, never what went wrong inside."""

import pytest

from chat.models import Visitor
from chat.rest import paging
from chat.rest.integrator import visitors
from tests.rest.conftest import Api, problem

UNKNOWN = [
    "/api/",
    "/api/v1",
    "/api/v1/",
    "/api/v1/nothing",
    "/api/v2/visitors",
    "/api/v1/visitors/",
    "/api/v1/visitors/1",
]


@pytest.mark.parametrize("path", UNKNOWN)
@pytest.mark.parametrize("host", ["acme.localhost", "localhost"])
def test_unknown_addresses_are_problems(host: str, path: str) -> None:
    for method in ("GET", "POST", "DELETE", "PUT", "PATCH"):
        problem(Api(host, csrf=True).http.generic(method, path), 404, "not_found")


@pytest.mark.parametrize("host", ["nobody.localhost", "ACME.localhost", "acme.localhost.", "xacme.localhost"])
def test_unknown_hosts_are_plain_404(host: str) -> None:
    answer = Api(host).get("/api/v1/visitors")
    assert answer.status_code in (400, 404)
    assert answer["Content-Type"] == "text/plain"


def test_fault_inside_is_a_500_that_says_nothing(key_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(visitors, "cut_page", fail)
    answer = key_api.get("/api/v1/visitors")
    problem(answer, 500, "internal")
    assert b"secret" not in answer.content


def test_methods_and_types_that_are_not_taken(key_api: Api) -> None:
    problem(key_api.http.delete("/api/v1/visitors"), 405, "method_not_allowed")
    problem(key_api.http.options("/api/v1/visitors"), 405, "method_not_allowed")
    problem(key_api.raw("/api/v1/visitors", b"a=1", "application/x-www-form-urlencoded"), 415, "unsupported_media_type")
    problem(key_api.raw("/api/v1/visitors", b"<a/>", "application/xml"), 415, "unsupported_media_type")


def test_accept_header_is_of_no_matter(key_api: Api) -> None:
    for accept in ("text/html", "application/problem+json", "*/*", "nonsense", ""):
        assert key_api.get("/api/v1/visitors", accept=accept).status_code == 200


def test_nul_in_a_query_is_refused(key_api: Api) -> None:
    for query in ("email=%00", "%00=x", "external_id=a%00b", "unknown=%00"):
        problem(key_api.get(f"/api/v1/visitors?{query}"), 400, "malformed")
    assert key_api.get("/api/v1/visitors?email=%ff%fe").status_code == 200


def test_cursor_is_checked_and_survives_a_round_trip(vera: Visitor) -> None:
    cursor = paging.decode_cursor(paging.encode_cursor(vera.created_at, vera.pk))
    assert (cursor.at, cursor.id) == (vera.created_at, vera.pk)
