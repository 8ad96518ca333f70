"""The same request through many threads at once, against a running server."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from chat.models import Conversation, Message, Visitor
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.clients import Server
from tests.rest.conftest import HOST

THREADS = 8


def at_once(server: Server, key: str, ask: Callable[[httpx.Client], httpx.Response]) -> list[httpx.Response]:
    headers = {"Host": f"{HOST}:{server.port}", "Authorization": f"Bearer {key}"}

    def call(_: int) -> httpx.Response:
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", headers=headers, timeout=20) as client:
            return ask(client)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(call, range(THREADS)))


def test_one_idempotency_key_makes_one_message(
    server: Server, acme: Tenant, acme_key: str, conversation: Conversation
) -> None:
    url, headers = f"/api/v1/conversations/{conversation.pk}/messages", {"Idempotency-Key": "race"}
    answers = at_once(server, acme_key, lambda http: http.post(url, json={"text": "once"}, headers=headers))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: THREADS - 1}
    assert len({answer.content for answer in answers}) == 1
    with in_tenant(acme):
        assert Message.objects.filter(conversation=conversation, author_kind="bot").count() == 1


def test_one_external_id_makes_one_visitor(server: Server, acme: Tenant, acme_key: str) -> None:
    answers = at_once(server, acme_key, lambda http: http.post("/api/v1/visitors", json={"external_id": "race"}))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: THREADS - 1}
    with in_tenant(acme):
        assert Visitor.objects.filter(external_id="race").count() == 1


def test_one_visitor_gets_one_open_conversation(server: Server, acme: Tenant, acme_key: str, vera: Visitor) -> None:
    body = {"visitor": str(vera.pk)}
    answers = at_once(server, acme_key, lambda http: http.post("/api/v1/conversations", json=body))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: THREADS - 1}
    assert len({answer.json()["id"] for answer in answers}) == 1
