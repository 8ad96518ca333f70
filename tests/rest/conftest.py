"""Django's test client as each kind of caller: visitor, integrator's program, agent. Real middleware, real database."""

import io
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from PIL import Image

from agents.models import Agent
from chat.conversations import open_conversation
from chat.messages import MessageDraft, post_visitor_message
from chat.models import Conversation, Visitor, Widget
from tenants.context import in_tenant
from tenants.models import Tenant

HOST = "acme.localhost"


class Api:
    """A caller with fixed headers. JSON in, JSON out."""

    def __init__(self, host: str = HOST, headers: dict[str, str] | None = None, *, csrf: bool = False) -> None:
        self.http = Client(
            headers={"host": host, **(headers or {})}, enforce_csrf_checks=csrf, raise_request_exception=False
        )

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> HttpResponse:
        return self.http.get(path, query or {}, headers=_named(headers))

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.http.post(path, body or {}, content_type="application/json", headers=_named(headers))

    def patch(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.http.patch(path, body or {}, content_type="application/json", headers=_named(headers))

    def raw(self, path: str, body: bytes, content_type: str = "application/json", **headers: str) -> HttpResponse:
        return self.http.post(path, body, content_type=content_type, headers=_named(headers))

    def upload(
        self, path: str, content: bytes, name: str = "note.txt", kind: str = "text/plain", **headers: str
    ) -> HttpResponse:

        upload = SimpleUploadedFile(name, content, content_type=kind)
        return self.http.post(path, {"file": upload}, headers=_named(headers))


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.fixture
def anyone() -> Api:
    """A page of acme's own host without a token."""
    return Api(headers={"origin": f"http://{HOST}"})


@pytest.fixture
def visitor_api(vera_token: str) -> Api:
    return Api(headers={"authorization": f"Bearer {vera_token}", "origin": f"http://{HOST}"})


@pytest.fixture
def key_api(acme_key: str) -> Api:
    return Api(headers={"authorization": f"Bearer {acme_key}"})


@pytest.fixture
def agent_api(make_session: Callable[[Agent, Tenant], str], acme: Tenant, alice: Agent) -> Api:
    return signed_in(make_session(alice, acme))


@pytest.fixture
def mallory_api(make_session: Callable[[Agent, Tenant], str], globex: Tenant, mallory: Agent) -> Api:
    """Mallory, signed in at her own brand."""
    return signed_in(make_session(mallory, globex), host="globex.localhost")


def signed_in(session_key: str, host: str = HOST, *, csrf: bool = False) -> Api:
    api = Api(host, csrf=csrf)
    api.http.cookies["kefu_session"] = session_key
    return api


@pytest.fixture
def conversation(acme: Tenant, vera: Visitor, acme_widget: Widget, now: datetime) -> Conversation:
    """Vera's open conversation with one message of hers."""
    with in_tenant(acme):
        opened = open_conversation(vera, widget=acme_widget, now=now)
        say(vera, "Where is my parcel?", now)
        return Conversation.objects.select_related("visitor").get(pk=opened.pk)


def say(visitor: Visitor, text: str, now: datetime, *, client_id: UUID | None = None) -> None:
    draft = MessageDraft(client_id or uuid4(), text=text)
    post_visitor_message(visitor, conversation_id=None, widget=None, draft=draft, now=now)


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "teal").save(out, "PNG")
    return out.getvalue()


def problem(response: HttpResponse, status: int, code: str) -> dict[str, Any]:
    """Check that the answer is this problem, whole and private, and return it."""
    assert response.status_code == status, response.content[:300]
    assert response["Content-Type"] == "application/problem+json"
    assert "no-store" in response["Cache-Control"]
    body: dict[str, Any] = response.json()
    assert {"type", "title", "status", "detail", "code"} <= body.keys()
    assert (body["status"], body["code"]) == (status, code)
    return body


def same_refusal(one: HttpResponse, other: HttpResponse) -> None:
    """A foreign thing and a missing thing cannot be told apart."""
    assert (one.status_code, one.content) == (other.status_code, other.content)
    assert one.status_code == 404


@pytest.fixture
def bob_as(acme: Tenant, bob: Agent, make_session: Callable[[Agent, Tenant], str]) -> Iterator[Callable[..., Api]]:
    """Bob signed in with another role or sight: `bob_as(role="supervisor")`."""

    def change(**values: Any) -> None:
        with in_tenant(acme):
            Agent.objects.filter(pk=bob.pk).update(**values)

    def sign_in(**values: Any) -> Api:
        change(**values)
        return signed_in(make_session(bob, acme))

    yield sign_in
    change(role="agent", scope="brand")


def many(acme: Tenant, count: int, now: datetime) -> list[Conversation]:
    with in_tenant(acme):
        visitors = [
            Visitor.objects.create(name=f"V{number}", email=f"v{number}@example.com") for number in range(count)
        ]
        for number, visitor in enumerate(visitors):
            open_conversation(visitor, now=now + timedelta(seconds=number // 2))
            say(visitor, f"message {number}", now + timedelta(seconds=number // 2))
        return list(Conversation.objects.order_by("-active_at", "-pk"))
