"""An archived conversation is read at every door like one that is not."""

import json
from collections.abc import Callable

import httpx
import pytest

from chat.models import Widget
from chat.tokens import make_token
from history.archive import archive_closed
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.clients import Browser, Server
from tests.history.desk import NOW, Desk

TEXT = "Where is my parcel"


@pytest.fixture
def read_everywhere(
    server: Server, acme: Tenant, acme_widget: Widget, acme_key: str, browser_as: Callable[..., Browser]
) -> Callable[[], dict[str, str]]:
    """Makes a closed conversation; each call returns what every door shows of it."""
    with in_tenant(acme):
        conversation = Desk(acme).closed(texts=3, name=TEXT)
        token = make_token(conversation.visitor, acme_widget)
    alice = browser_as("alice@acme.test")
    pk = conversation.pk
    paths = {
        f"/api/v1/visitor/conversations/{pk}/events": {"Authorization": f"Bearer {token}"},
        f"/api/v1/agent/conversations/{pk}": {},
        f"/api/v1/agent/conversations/{pk}/events": {},
        f"/api/v1/conversations/{pk}/messages": {"Authorization": f"Bearer {acme_key}"},
    }

    def read() -> dict[str, str]:
        answers: dict[str, httpx.Response] = {path: alice.get(path, headers=headers) for path, headers in paths.items()}
        assert {answer.status_code for answer in answers.values()} == {200}
        admin = alice.get(f"/admin/chat/conversation/{pk}/change/")
        # Its page holds a fresh form token each time: how often the texts stand in it is compared.
        # Sorted: a live row keeps the order in which it was written, a stored one that of PostgreSQL.
        return {path: _sorted(answer) for path, answer in answers.items()} | {"admin": str(admin.text.count(TEXT))}

    return read


def _sorted(answer: httpx.Response) -> str:
    return json.dumps(answer.json(), sort_keys=True, ensure_ascii=False)


def test_every_door_shows_the_same_before_and_after(
    read_everywhere: Callable[[], dict[str, str]], acme: Tenant
) -> None:
    before = read_everywhere()
    assert all(TEXT in shown for door, shown in before.items() if door != "admin")
    assert int(before["admin"]) >= 3

    with in_tenant(acme):
        assert archive_closed(NOW) == 1

    assert read_everywhere() == before
