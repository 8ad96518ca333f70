"""Loader, panel, demo page, health, metrics, the OpenAPI document and its page."""

import pytest
from django.test import override_settings
from openapi_spec_validator import validate

from chat.models import Widget
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.rest.conftest import Api

HOSTS = ["acme.localhost", "globex.localhost", "localhost"]


def test_loader_is_public_short_lived_and_knows_the_brand(anyone: Api, acme: Tenant) -> None:
    answer = anyone.get("/kefu.js")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert (answer["Cross-Origin-Resource-Policy"], answer["Access-Control-Allow-Origin"]) == ("cross-origin", "*")
    assert "max-age=300" in answer["Cache-Control"]
    assert f'{{"accent": "{acme.accent}"}}'.encode() in answer.content
    assert anyone.get("/kefu.js", if_none_match=answer["ETag"]).status_code == 304
    assert "Set-Cookie" not in answer
    assert Api("localhost").get("/kefu.js").status_code == 404


def test_panel_may_be_framed_only_where_the_widget_allows(anyone: Api, acme: Tenant, acme_widget: Widget) -> None:
    site = "https://shop.example.com"
    with in_tenant(acme):
        Widget.objects.filter(pk=acme_widget.pk).update(allowed_origins=[site])
    try:
        answer = anyone.get("/widget/panel", {"key": acme_widget.public_key})
    finally:
        with in_tenant(acme):
            Widget.objects.filter(pk=acme_widget.pk).update(allowed_origins=[])
    assert answer.status_code == 200
    assert f"frame-ancestors 'self' {site}" in answer["Content-Security-Policy"]
    assert "script-src 'self';" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer


def test_panel_of_a_foreign_key_is_a_404(anyone: Api, globex_widget: Widget) -> None:
    foreign = anyone.get("/widget/panel", {"key": globex_widget.public_key})
    assert foreign.status_code == 404
    for key in ("", "x", "\x00", "kf_pk_" + "x" * 32):
        missing = anyone.get("/widget/panel", {"key": key})
        assert (missing.status_code, missing.content) == (404, foreign.content)


def test_demo_page_embeds_the_brands_widget(anyone: Api, acme_widget: Widget) -> None:
    assert acme_widget.public_key.encode() in anyone.get("/demo/").content


@pytest.mark.parametrize("host", HOSTS)
def test_health_on_every_known_host(host: str) -> None:
    assert Api(host).get("/healthz/live").status_code == 200
    assert Api(host).get("/healthz/ready").status_code == 200


def test_health_of_an_unknown_host_is_a_404() -> None:
    assert Api("nobody.localhost").get("/healthz/live").status_code == 404


def test_metrics_are_for_this_machine_or_for_the_token() -> None:
    api = Api("localhost")
    assert b"kefu_fanout_published" in api.get("/metrics").content
    assert api.get("/metrics", x_forwarded_for="203.0.113.5").status_code == 404
    assert api.http.get("/metrics", REMOTE_ADDR="203.0.113.5").status_code == 404
    assert api.http.get("/metrics", REMOTE_ADDR="203.0.113.5", headers={"authorization": "Bearer "}).status_code == 404
    with override_settings(METRICS_TOKEN="a-long-token"):
        given = {"authorization": "Bearer a-long-token"}
        assert api.http.get("/metrics", REMOTE_ADDR="203.0.113.5", headers=given).status_code == 200
        wrong = {"authorization": "Bearer a-long-tokem"}
        assert api.http.get("/metrics", REMOTE_ADDR="203.0.113.5", headers=wrong).status_code == 404


@pytest.mark.parametrize("host", HOSTS)
def test_openapi_document_is_valid_and_the_same_everywhere(host: str) -> None:
    document = Api(host).get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    validate(document)
    assert document == Api("acme.localhost").get("/api/v1/openapi.json").json()
    assert {"secretKey", "visitorToken"} <= document["components"]["securitySchemes"].keys()
    assert not [path for path in document["paths"] if "/agent/" in path]
    for methods in document["paths"].values():
        for operation in methods.values():
            assert "application/problem+json" in str(document["components"]["responses"]["Problem400"])
            assert operation["operationId"]
            assert operation["summary"]
            assert "400" in operation["responses"]


def test_docs_work_without_the_internet(anyone: Api) -> None:
    answer = anyone.get("/api/v1/docs")
    assert answer.status_code == 200
    assert b"http://" not in answer.content.replace(b"http://www.w3.org", b"")
    assert b"https://" not in answer.content
    assert "script-src 'self'" in answer["Content-Security-Policy"]
