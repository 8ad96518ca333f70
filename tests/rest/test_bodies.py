"""Bodies against a running server: bounded whether their length is announced or not, and uploads pass through whole."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from chat.models import Visitor, Widget
from tests.clients import Server
from tests.rest.conftest import HOST, png

MEGABYTE = b"x" * 1024 * 1024


def stream(megabytes: int) -> Iterator[bytes]:
    for _ in range(megabytes):
        yield MEGABYTE


@pytest.fixture
def http(server: Server) -> Iterator[httpx.Client]:
    headers = {"Host": f"{HOST}:{server.port}", "Origin": server.origin(HOST)}
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", headers=headers, timeout=30) as client:
        yield client


@pytest.mark.parametrize("path", ["/api/v1/visitor/sessions", "/api/v1/visitor/files", "/account/sign-in", "/nowhere"])
def test_endless_bodies_are_cut_off(http: httpx.Client, path: str) -> None:
    """Either the 413 arrives, or the connection is closed while we still write: what counts is that nothing is kept."""
    for headers in ({}, {"Content-Length": str(10**12)}):
        try:
            answer = http.post(path, content=stream(40), headers=headers)
        except httpx.TransportError:
            continue
        assert answer.status_code == 413
        assert answer.json()["code"] == "too_large"
    assert http.get("/healthz/live").status_code == 200


def test_chunked_json_has_the_small_limit(http: httpx.Client) -> None:
    answer = http.post("/api/v1/visitor/sessions", content=stream(2), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_chunked_json_is_read(http: httpx.Client, acme_widget: Widget) -> None:
    body = iter([b'{"key": "', acme_widget.public_key.encode(), b'"}'])
    answer = http.post("/api/v1/visitor/sessions", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 201


def test_upload_comes_back_whole(http: httpx.Client, vera: Visitor, vera_token: str) -> None:
    token = {"Authorization": f"Bearer {vera_token}"}
    content = uuid4().bytes * 300_000
    for name, data in (("large.bin", content), ("small.png", png())):
        view = http.post("/api/v1/visitor/files", files={"file": (name, data)}, headers=token).json()
        served = http.get(view["url"], headers=token)
        assert served.content == data
        assert int(served.headers["Content-Length"]) == len(data)
