"""Editing and recalling through the API: a key's own messages, nobody else's."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from chat.models import Conversation, Message
from chat.reading import read_events
from tenants.context import in_tenant
from tenants.keys import create_key
from tenants.models import ApiKey, Tenant
from tests.rest.conftest import Api, problem

Send = Callable[..., dict[str, Any]]


@pytest.fixture
def url(conversation: Conversation) -> str:
    return f"/api/v1/conversations/{conversation.pk}/messages"


@pytest.fixture
def said(key_api: Api, url: str) -> dict[str, Any]:
    answer: dict[str, Any] = key_api.post(url, {"text": "Your parcel left todya."}, idempotency_key="p-1").json()
    return answer


@pytest.fixture
def other_key(acme: Tenant, now: datetime) -> Iterator[Api]:
    row, text = create_key(acme, kind=ApiKey.Kind.SECRET, name="other", now=now)
    yield Api(headers={"authorization": f"Bearer {text}"})
    row.delete()


def test_a_key_edits_its_message(key_api: Api, url: str, said: dict[str, Any]) -> None:
    assert (said["edited_at"], said["recalled"]) == (None, False)
    answer = key_api.patch(f"{url}/{said['id']}", {"text": "Your parcel left today."})
    assert answer.status_code == 200
    changed = answer.json()
    assert changed["edited_at"].endswith("Z")
    assert {**changed, "edited_at": None} == {
        **said, "text": "Your parcel left today.", "html": "<p>Your parcel left today.</p>",
    }  # fmt: skip
    assert key_api.get(url).json()["data"][-1] == changed
    again = key_api.patch(f"{url}/{said['id']}", {"text": "Your parcel left today."})
    assert again.json() == changed


def test_a_key_recalls_its_message(key_api: Api, url: str, said: dict[str, Any], acme: Tenant) -> None:
    gone = key_api.post(f"{url}/{said['id']}/recall")
    assert gone.status_code == 200
    assert (gone.json()["text"], gone.json()["recalled"]) == ("", True)
    assert key_api.post(f"{url}/{said['id']}/recall").json() == gone.json()
    problem(key_api.patch(f"{url}/{said['id']}", {"text": "x"}), 403, "forbidden")
    with in_tenant(acme):
        assert "todya" not in str(read_events(Conversation.objects.get(), audience="agent"))
        assert Message.objects.count() == 4


def test_the_idempotency_key_still_means_what_was_first_sent(key_api: Api, url: str, said: dict[str, Any]) -> None:
    changed = key_api.patch(f"{url}/{said['id']}", {"text": "Your parcel left today."}).json()
    again = key_api.post(url, {"text": "Your parcel left todya."}, idempotency_key="p-1")
    assert (again.status_code, again.json()) == (200, changed)
    problem(key_api.post(url, {"text": "Your parcel left today."}, idempotency_key="p-1"), 409, "conflict")


def test_only_the_keys_own(key_api: Api, other_key: Api, url: str, said: dict[str, Any]) -> None:
    of_visitor = key_api.get(url).json()["data"][0]["id"]
    on_behalf = key_api.post(url, {"text": "Hello?", "author": "visitor"}).json()["id"]
    for api, message in ((other_key, said["id"]), (key_api, of_visitor), (key_api, on_behalf)):
        problem(api.patch(f"{url}/{message}", {"text": "x"}), 403, "forbidden")
        problem(api.post(f"{url}/{message}/recall"), 403, "forbidden")
    problem(key_api.patch(f"{url}/{uuid4()}", {"text": "x"}), 404, "not_found")


def test_not_after_the_end(key_api: Api, url: str, said: dict[str, Any]) -> None:
    key_api.post(url.replace("messages", "close"))
    problem(key_api.patch(f"{url}/{said['id']}", {"text": "x"}), 409, "conversation_closed")
    problem(key_api.post(f"{url}/{said['id']}/recall"), 409, "conversation_closed")


@pytest.mark.parametrize("body", [{}, {"text": None}, {"text": 5}, {"text": ""}, {"text": "x" * 4001}, []])
def test_bad_texts_are_400(key_api: Api, url: str, said: dict[str, Any], body: object) -> None:
    problem(key_api.http.patch(f"{url}/{said['id']}", body, content_type="application/json"), 400, "invalid")
