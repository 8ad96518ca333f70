"""Endpoints for integrators: visitors, conversations, messages, files."""

from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.authors import Author
from chat.messages import MessageDraft, post_note
from chat.models import Conversation, Message, Visitor
from chat.rest import keys
from chat.rest.limits import Rate
from tenants.context import in_tenant
from tenants.keys import create_key, revoke_key
from tenants.models import ApiKey, Tenant
from tests.clients import SocketClient
from tests.rest.conftest import Api, problem, same_refusal, say

VISITORS, CONVERSATIONS = "/api/v1/visitors", "/api/v1/conversations"


def bearer(key: str, host: str = "acme.localhost") -> Api:
    return Api(host, {"authorization": f"Bearer {key}"})


def messages(conversation_id: object) -> str:
    return f"{CONVERSATIONS}/{conversation_id}/messages"


@pytest.fixture
def reader_key(acme: Tenant, now: datetime) -> Iterator[str]:
    row, text = create_key(acme, kind=ApiKey.Kind.SECRET, name="reader", now=now, scopes=["visitors:read"])
    yield text
    row.delete()


# ---- visitors ------------------------------------------------------------------------------------------------------


def test_visitor_is_made_then_updated_by_external_id(key_api: Api) -> None:
    given = {"external_id": "c-1", "name": "Vera", "email": "vera@example.com", "attributes": {"plan": "pro", "n": 3}}
    first = key_api.post(VISITORS, given)
    assert first.status_code == 201
    again = key_api.post(VISITORS, {"external_id": "c-1", "phone": "1", "attributes": {"plan": None}})
    assert again.status_code == 200
    assert again.json() == {**first.json(), "phone": "1", "attributes": {"n": 3}}
    assert key_api.get(f"{VISITORS}/{first.json()['id']}").json() == again.json()
    assert first.json()["created_at"].endswith("Z")


def test_visitor_is_changed(key_api: Api, vera: Visitor) -> None:
    url = f"{VISITORS}/{vera.pk}"
    assert key_api.patch(url, {"external_id": "c-9", "locale": "zh-hans"}).json()["identified"] is True
    key_api.post(VISITORS, {"external_id": "c-10"})
    problem(key_api.patch(url, {"external_id": "c-10"}), 409, "conflict")


def test_who_becomes_somebody_needs_a_new_token(
    key_api: Api, visitor_api: Api, connect: Callable[..., SocketClient], vera: Visitor, vera_token: str
) -> None:
    """Whoever planted the token that the visitor had before cannot read on as the person that it is now."""
    socket = connect("visitor", token=vera_token)
    socket.hello()
    url = f"{VISITORS}/{vera.pk}"
    assert key_api.patch(url, {"name": "Vera V."}).status_code == 200
    assert visitor_api.get("/api/v1/visitor/conversations").status_code == 200, "the same person as before"
    assert key_api.patch(url, {"external_id": "c-77"}).status_code == 200
    assert socket.close_code() == 4401
    problem(visitor_api.get("/api/v1/visitor/conversations"), 401, "unauthenticated")


def test_visitors_are_found(key_api: Api, vera: Visitor) -> None:
    key_api.post(VISITORS, {"external_id": "c-1", "email": "Vera@Example.com"})
    assert len(key_api.get(VISITORS).json()["data"]) == 2
    assert [one["external_id"] for one in key_api.get(VISITORS, {"external_id": "c-1"}).json()["data"]] == ["c-1"]
    assert [one["external_id"] for one in key_api.get(VISITORS, {"email": "vera@example.COM"}).json()["data"]] == [
        "c-1"
    ]
    assert key_api.get(VISITORS, {"external_id": "c-2"}).json() == {"data": [], "next": None}


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_hold_every_visitor_once(key_api: Api, acme: Tenant, now: datetime, order: str) -> None:
    with in_tenant(acme):
        Visitor.objects.bulk_create(Visitor(name=str(number), created_at=now) for number in range(7))
        sign = "-" if order == "desc" else ""
        expected = [
            str(pk) for pk in Visitor.objects.order_by(f"{sign}created_at", f"{sign}pk").values_list("pk", flat=True)
        ]
    seen: list[str] = []
    query: dict[str, object] = {"limit": 3, "order": order}
    while True:
        page = key_api.get(VISITORS, query).json()
        seen += [one["id"] for one in page["data"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == expected


BAD_VISITORS = [
    {"name": 5},
    {"name": ["x"]},
    {"name": None},
    {"name": "x" * 81},
    {"email": "nonsense"},
    {"locale": "fr"},
    {"locale": 1},
    {"attributes": "x"},
    {"attributes": {"a": []}},
    {"attributes": {str(number): 1 for number in range(51)}},
    {"external_id": ""},
    {"external_id": "  "},
    {"external_id": 7},
    {"external_id": "x" * 201},
    [],
    "x",
    {"name": "nul\x00"},
]


@pytest.mark.parametrize("body", BAD_VISITORS)
def test_bad_visitors_are_400(key_api: Api, acme: Tenant, body: object) -> None:
    answer = key_api.http.post(VISITORS, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    with in_tenant(acme):
        assert not Visitor.objects.exists()


def test_wrong_fields_are_named(key_api: Api) -> None:
    body = problem(key_api.post(VISITORS, {"name": 5, "email": "x"}), 400, "invalid")
    assert {error["field"] for error in body["errors"]} == {"name", "email"}


def test_ids_and_secrets_cannot_be_assigned(key_api: Api) -> None:
    wanted = str(uuid4())
    made = key_api.post(VISITORS, {"id": wanted, "token_generation": 7, "created_at": "2000-01-01T00:00:00Z"}).json()
    assert made["id"] != wanted
    assert not made["created_at"].startswith("2000")


# ---- conversations -------------------------------------------------------------------------------------------------


def test_conversation_is_opened_once_closed_and_reopened(key_api: Api, vera: Visitor) -> None:
    first = key_api.post(CONVERSATIONS, {"visitor": str(vera.pk)})
    assert first.status_code == 201
    again = key_api.post(CONVERSATIONS, {"visitor": str(vera.pk)})
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    url = f"{CONVERSATIONS}/{first.json()['id']}"
    closed = key_api.post(f"{url}/close").json()
    assert (closed["status"], closed["close_reason"]) == ("closed", "api")
    assert key_api.post(f"{url}/close").json()["closed_at"] == closed["closed_at"]
    assert key_api.post(f"{url}/reopen").json()["status"] == "waiting"
    assert key_api.get(url).json()["visitor"] == {
        "id": str(vera.pk), "external_id": None, "name": "Vera", "email": "",
    }  # fmt: skip


def test_conversations_are_filtered(key_api: Api, conversation: Conversation, vera: Visitor) -> None:
    other = key_api.post(VISITORS, {"name": "Oscar"}).json()["id"]
    opened = key_api.post(CONVERSATIONS, {"visitor": other}).json()["id"]
    key_api.post(f"{CONVERSATIONS}/{opened}/close")

    def ids(**query: str) -> set[str]:
        return {one["id"] for one in key_api.get(CONVERSATIONS, query).json()["data"]}

    assert ids() == {opened, str(conversation.pk)}
    assert ids(status="closed") == {opened}
    assert ids(status="open") == ids(status="waiting") == {str(conversation.pk)}
    assert ids(visitor=str(vera.pk)) == {str(conversation.pk)}
    assert ids(visitor=str(uuid4())) == set()


def test_lists_cost_the_same_for_many_rows(key_api: Api, acme: Tenant, now: datetime) -> None:
    def fill(count: int) -> None:
        with in_tenant(acme):
            for _ in range(count):
                say(Visitor.objects.create(name="x"), "hello", now)

    fill(1)
    key_api.get(CONVERSATIONS)
    with CaptureQueriesContext(connection) as few:
        key_api.get(CONVERSATIONS)
    fill(9)
    key_api.get(CONVERSATIONS)  # the host's brand is remembered for three seconds only
    with CaptureQueriesContext(connection) as more:
        assert len(key_api.get(CONVERSATIONS).json()["data"]) == 10
    assert 0 < count_reads(more) == count_reads(few)


def count_reads(queries: CaptureQueriesContext) -> int:
    """Without what notes the key's use, which falls due again after a minute: on a slow machine in between."""
    return sum("tenants_apikey" not in query["sql"] or "UPDATE" not in query["sql"] for query in queries)


BAD_FILTERS = ["status=x", "visitor=1", "visitor=%00", "order=up", "cursor=1", "limit=1000", "limit=1.5"]


@pytest.mark.parametrize("query", BAD_FILTERS)
def test_bad_filters_are_400(key_api: Api, query: str) -> None:
    assert key_api.get(f"{CONVERSATIONS}?{query}").status_code == 400


# ---- messages ------------------------------------------------------------------------------------------------------


def test_bot_and_visitor_write(key_api: Api, conversation: Conversation, vera: Visitor) -> None:
    bot = key_api.post(messages(conversation.pk), {"text": "It **left** today."})
    assert bot.status_code == 201
    assert bot.json()["author"] == {"kind": "bot", "id": bot.json()["author"]["id"], "name": "tests"}
    assert "<strong>left</strong>" in bot.json()["html"]
    visitor = key_api.post(messages(conversation.pk), {"text": "Thanks", "author": "visitor"}).json()
    assert visitor["author"] == {"kind": "visitor", "id": str(vera.pk), "name": "Vera"}
    listed = key_api.get(messages(conversation.pk)).json()
    assert [(one["seq"], one["text"]) for one in listed["data"]] == [
        (2, "Where is my parcel?"), (3, "It **left** today."), (4, "Thanks"),
    ]  # fmt: skip
    assert listed["data"][1] == bot.json()
    assert listed["next"] is None


def test_messages_come_by_seq(
    key_api: Api, conversation: Conversation, acme: Tenant, vera: Visitor, now: datetime
) -> None:
    with in_tenant(acme):
        for number in range(6):
            say(vera, f"line {number}", now)
    seen: list[int] = []
    cursor = "0"
    while cursor is not None:
        page = key_api.get(messages(conversation.pk), {"limit": 2, "cursor": cursor}).json()
        seen += [one["seq"] for one in page["data"]]
        cursor = page["next"]
    assert seen == [2, 3, 4, 5, 6, 7, 8]


def test_notes_only_when_asked_for(key_api: Api, conversation: Conversation, acme: Tenant, now: datetime) -> None:
    draft = MessageDraft(uuid4(), text="psst")
    with in_tenant(acme):
        post_note(conversation.pk, author=Author("agent", uuid4(), "Bob"), draft=draft, now=now)
    assert b"psst" not in key_api.get(messages(conversation.pk)).content
    shown = key_api.get(messages(conversation.pk), {"notes": "true"}).json()["data"]
    assert [(one["visibility"], one["text"]) for one in shown][-1] == ("note", "psst")


def test_idempotency_key_makes_one_message(key_api: Api, conversation: Conversation, acme: Tenant) -> None:
    url, body = messages(conversation.pk), {"text": "once"}
    first = key_api.post(url, body, idempotency_key="order-7")
    again = key_api.post(url, body, idempotency_key="order-7")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    problem(key_api.post(url, {"text": "twice"}, idempotency_key="order-7"), 409, "conflict")
    problem(key_api.post(url, {**body, "author": "visitor"}, idempotency_key="order-7"), 409, "conflict")
    assert key_api.post(url, body).status_code == 201
    with in_tenant(acme):
        assert Message.objects.filter(body__text="once").count() == 2


def test_idempotency_key_belongs_to_one_conversation_and_one_api_key(
    key_api: Api, conversation: Conversation, acme: Tenant, now: datetime
) -> None:
    body = {"text": "once"}
    key_api.post(messages(conversation.pk), body, idempotency_key="k")
    other = key_api.post(CONVERSATIONS, {"visitor": key_api.post(VISITORS, {}).json()["id"]}).json()["id"]
    problem(key_api.post(messages(other), body, idempotency_key="k"), 409, "conflict")
    row, text = create_key(acme, kind=ApiKey.Kind.SECRET, name="second", now=now)
    assert bearer(text).post(messages(conversation.pk), body, idempotency_key="k").status_code == 201
    row.delete()


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\t", "ключ"])
def test_bad_idempotency_keys_are_400(key_api: Api, conversation: Conversation, key: str) -> None:
    problem(key_api.post(messages(conversation.pk), {"text": "x"}, idempotency_key=key), 400, "invalid")


def test_closed_conversation_refuses_the_bot_and_reopens_for_the_visitor(
    key_api: Api, conversation: Conversation
) -> None:
    key_api.post(f"{CONVERSATIONS}/{conversation.pk}/close")
    problem(key_api.post(messages(conversation.pk), {"text": "x"}), 409, "conversation_closed")
    assert key_api.post(messages(conversation.pk), {"text": "x", "author": "visitor"}).status_code == 201
    assert key_api.get(f"{CONVERSATIONS}/{conversation.pk}").json()["status"] == "waiting"


BAD_MESSAGES = [
    {},
    {"text": ""},
    {"text": " \n"},
    {"text": 5},
    {"text": None},
    {"text": "x" * 4001},
    {"text": "x", "author": "agent"},
    {"text": "x", "author": []},
    {"text": "x", "file_ids": "x"},
    {"file_ids": [5]},
    {"file_ids": ["x"]},
    {"file_ids": [None]},
    {"file_ids": [str(uuid4()) for _ in range(11)]},
]


@pytest.mark.parametrize("body", BAD_MESSAGES)
def test_bad_messages_are_400(key_api: Api, conversation: Conversation, body: object) -> None:
    problem(key_api.post(messages(conversation.pk), body), 400, "invalid")


def test_file_is_uploaded_and_sent(key_api: Api, conversation: Conversation) -> None:
    view = key_api.upload("/api/v1/files", b"invoice", "invoice.txt").json()
    sent = key_api.post(messages(conversation.pk), {"file_ids": [view["id"]]})
    assert (sent.json()["kind"], sent.json()["files"]) == ("file", [view])
    problem(key_api.post(messages(conversation.pk), {"file_ids": [view["id"]]}), 404, "not_found")
    problem(key_api.post(messages(conversation.pk), {"file_ids": [str(uuid4())]}), 404, "not_found")


# ---- keys ----------------------------------------------------------------------------------------------------------


HEADERS = ["", "Bearer", "Bearer kf_sk_wrong", "Bearer kf_pk_x", "Basic eDp5", "Bearer kf_sk_" + "x" * 9000]


@pytest.mark.parametrize("header", HEADERS)
def test_without_a_valid_key_it_is_a_401(header: str) -> None:
    for host in ("acme.localhost", "localhost"):
        answer = Api(host, {"authorization": header}).get(VISITORS)
        problem(answer, 401, "unauthenticated")
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_key_of_another_brand_is_as_good_as_none(globex_key: str) -> None:
    foreign, wrong = bearer(globex_key).get(VISITORS), bearer("kf_sk_" + "x" * 32).get(VISITORS)
    problem(foreign, 401, "unauthenticated")
    assert foreign.content == wrong.content


def test_revoked_key_and_suspended_brand_are_refused(acme: Tenant, now: datetime) -> None:
    row, text = create_key(acme, kind=ApiKey.Kind.SECRET, name="old", now=now)
    assert bearer(text).get(VISITORS).status_code == 200
    Tenant.objects.filter(pk=acme.pk).update(status=Tenant.Status.SUSPENDED)
    try:
        problem(bearer(text, "localhost").get(VISITORS), 401, "unauthenticated")
    finally:
        Tenant.objects.filter(pk=acme.pk).update(status=Tenant.Status.ACTIVE)
    revoke_key(row, now)
    problem(bearer(text).get(VISITORS), 401, "unauthenticated")
    row.delete()


def test_installation_host_takes_the_brand_from_the_key(acme_key: str, globex_key: str, vera: Visitor) -> None:
    ours, theirs = bearer(acme_key, "localhost"), bearer(globex_key, "localhost")
    assert [one["name"] for one in ours.get(VISITORS).json()["data"]] == ["Vera"]
    assert theirs.get(VISITORS).json()["data"] == []
    same_refusal(theirs.get(f"{VISITORS}/{vera.pk}"), theirs.get(f"{VISITORS}/{uuid4()}"))


def test_scopes_are_enforced(reader_key: str, vera: Visitor, conversation: Conversation) -> None:
    api = bearer(reader_key)
    assert api.get(VISITORS).status_code == 200
    assert api.get(f"{VISITORS}/{vera.pk}").status_code == 200
    for answer in (
        api.post(VISITORS, {}),
        api.patch(f"{VISITORS}/{vera.pk}", {}),
        api.get(CONVERSATIONS),
        api.post(CONVERSATIONS, {}),
        api.get(f"{CONVERSATIONS}/{conversation.pk}"),
        api.post(f"{CONVERSATIONS}/{conversation.pk}/close"),
        api.post(f"{CONVERSATIONS}/{conversation.pk}/reopen"),
        api.get(messages(conversation.pk)),
        api.post(messages(conversation.pk), {"text": "x"}),
        api.patch(f"{messages(conversation.pk)}/{uuid4()}", {"text": "x"}),
        api.post(f"{messages(conversation.pk)}/{uuid4()}/recall"),
        api.upload("/api/v1/files", b"x"),
    ):
        assert "scope" in problem(answer, 403, "forbidden")["detail"]


def test_mallory_gets_what_a_missing_thing_gets(
    globex_key: str, conversation: Conversation, vera: Visitor, acme: Tenant
) -> None:
    mallory = bearer(globex_key, "globex.localhost")
    for path in (f"{VISITORS}/{{}}", f"{CONVERSATIONS}/{{}}", f"{CONVERSATIONS}/{{}}/messages"):
        foreign = vera.pk if path.startswith(VISITORS) else conversation.pk
        same_refusal(mallory.get(path.format(foreign)), mallory.get(path.format(uuid4())))
    for path in ("close", "reopen"):
        url = f"{CONVERSATIONS}/{{}}/{path}"
        same_refusal(mallory.post(url.format(conversation.pk)), mallory.post(url.format(uuid4())))
    for author in ("bot", "visitor"):
        body = {"text": "x", "author": author}
        same_refusal(mallory.post(messages(conversation.pk), body), mallory.post(messages(uuid4()), body))
    with in_tenant(acme):
        theirs = Message.objects.filter(conversation=conversation, event="message.created").get().pk
    for foreign, missing in ((conversation.pk, uuid4()), (conversation.pk, conversation.pk)):
        ours, gone = f"{messages(foreign)}/{theirs}", f"{messages(missing)}/{uuid4()}"
        same_refusal(mallory.patch(ours, {"text": "x"}), mallory.patch(gone, {"text": "x"}))
        same_refusal(mallory.post(f"{ours}/recall"), mallory.post(f"{gone}/recall"))
    change = {"name": "x"}
    same_refusal(mallory.patch(f"{VISITORS}/{vera.pk}", change), mallory.patch(f"{VISITORS}/{uuid4()}", change))
    foreign_visitor, missing_visitor = {"visitor": str(vera.pk)}, {"visitor": str(uuid4())}
    same_refusal(mallory.post(CONVERSATIONS, foreign_visitor), mallory.post(CONVERSATIONS, missing_visitor))
    assert mallory.get(CONVERSATIONS, {"visitor": str(vera.pk)}).json()["data"] == []
    with in_tenant(acme):
        assert Visitor.objects.get(pk=vera.pk).name == "Vera"
        assert Message.objects.filter(conversation=conversation).count() == 2


def test_answers_say_how_much_is_left(key_api: Api) -> None:
    first, second = key_api.get(VISITORS), key_api.get(VISITORS)
    assert int(first["RateLimit-Limit"]) == 1000
    assert int(second["RateLimit-Remaining"]) <= int(first["RateLimit-Remaining"])
    assert "RateLimit-Reset" in second


def test_over_the_limit_it_is_a_429(key_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "KEY_RATE", Rate(f"test-{uuid4()}", 0.1, 2))
    answers = [key_api.get(VISITORS) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    problem(answers[-1], 429, "rate_limited")
    assert 1 <= int(answers[-1]["Retry-After"]) <= 10
    assert answers[-1]["RateLimit-Remaining"] == "0"
