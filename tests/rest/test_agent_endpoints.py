"""The console's endpoints."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agents.assignments import take_conversation
from agents.models import Agent
from chat.authors import SYSTEM
from chat.conversations import close_conversation, open_conversation
from chat.models import Conversation, Visitor, Widget
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.rest.conftest import Api, many, problem, same_refusal, signed_in

ME, LIST = "/api/v1/agent/me", "/api/v1/agent/conversations"
NOBODYS = UUID("01890000-0000-7000-8000-000000000000")
ADDRESSES = [ME, LIST, f"{LIST}/{NOBODYS}", f"{LIST}/{NOBODYS}/events"]


def test_me(agent_api: Api, acme: Tenant, alice: Agent) -> None:
    body = agent_api.get(ME).json()
    assert body["user"] == {"id": str(alice.user_id), "email": "alice@acme.test", "name": "Alice"}
    assert body["agent"]["role"] == "admin"
    assert [brand["slug"] for brand in body["brands"]] == ["acme"]
    assert body["brands"][0]["url"] == "http://acme.localhost/"
    assert {agent["name"] for agent in body["agents"]} == {"Alice", "Bob"}
    assert set(body["counts"].values()) == {0}
    assert (body["ws"], body["epoch"]) == ("/ws/v1/agent", str(acme.epoch))
    assert body["csrf"]


def test_views_hold_what_they_say(agent_api: Api, acme: Tenant, alice: Agent, bob: Agent, now: datetime) -> None:
    waiting, mine, bobs, closed = many(acme, 4, now)
    with in_tenant(acme):
        take_conversation(mine.pk, agent=alice, now=now)
        take_conversation(bobs.pk, agent=bob, now=now)
        close_conversation(closed.pk, by=SYSTEM, reason="agent", now=now)
    pages = {view: agent_api.get(LIST, {"view": view}).json() for view in ("mine", "unassigned", "all", "closed")}
    ids = {view: {row["id"] for row in page["rows"]} for view, page in pages.items()}
    assert ids["mine"] == {str(mine.pk)}
    assert ids["unassigned"] == {str(waiting.pk)}
    assert ids["all"] == {str(one.pk) for one in (waiting, mine, bobs)}
    assert ids["closed"] == {str(closed.pk)}
    assert pages["mine"]["counts"] == {
        "mine": 1,
        "unassigned": 1,
        "mentions": 0,
        "snoozed": 0,
        "all": 3,
        "closed": 1,
        "unread": 1,
    }


def test_pages_hold_every_row_once(agent_api: Api, acme: Tenant, now: datetime) -> None:
    expected = [str(one.pk) for one in many(acme, 9, now)]
    seen, cursor = [], ""
    while True:
        page = agent_api.get(LIST, {"limit": 2, "cursor": cursor} if cursor else {"limit": 2}).json()
        seen += [row["id"] for row in page["rows"]]
        cursor = page["next"]
        if not cursor:
            break
    assert seen == expected


def test_number_of_queries_does_not_grow(agent_api: Api, acme: Tenant, now: datetime) -> None:
    many(acme, 2, now)
    with CaptureQueriesContext(connection) as few:
        agent_api.get(LIST)
    many(acme, 8, now)
    with CaptureQueriesContext(connection) as more:
        assert len(agent_api.get(LIST).json()["rows"]) == 10
    assert 0 < count(more) <= count(few)


def count(asked: CaptureQueriesContext) -> int:
    """Without finding the brand of the host, which is remembered for three seconds."""
    return len([query for query in asked.captured_queries if "tenants_domain" not in query["sql"]])


def test_search(agent_api: Api, acme: Tenant, now: datetime) -> None:
    conversations = many(acme, 3, now)
    assert [row["visitor"]["name"] for row in agent_api.get(LIST, {"q": "V1@EXAMPLE"}).json()["rows"]] == ["V1"]
    assert [row["id"] for row in agent_api.get(LIST, {"q": str(conversations[0].pk)}).json()["rows"]] == [
        str(conversations[0].pk)
    ]
    assert len(agent_api.get(LIST, {"q": "message"}).json()["rows"]) == 3
    assert agent_api.get(LIST, {"q": "' OR 1=1 --"}).json()["rows"] == []
    assert agent_api.get(LIST, {"q": "%"}).json()["rows"] == []
    assert agent_api.get(LIST, {"q": "\\"}).json()["rows"] == []


BAD_QUERIES = [
    "view=nothing",
    "cursor=x",
    "cursor=" + "A" * 32 + "!",
    "cursor=" + "_" * 32,
    "limit=0",
    "limit=101",
    "q=%00",
    "q=" + "x" * 101,
]


@pytest.mark.parametrize("query", BAD_QUERIES)
def test_bad_queries_are_400(agent_api: Api, query: str) -> None:
    assert agent_api.get(f"{LIST}?{query}").status_code == 400


def test_snapshot(agent_api: Api, acme: Tenant, vera: Visitor, conversation: Conversation) -> None:
    body = agent_api.get(f"{LIST}/{conversation.pk}").json()
    assert body["row"]["id"] == str(conversation.pk)
    assert body["row"]["visitor"]["online"] is False
    assert body["visitor"]["name"] == "Vera"
    assert body["visitor"]["former"] == []
    assert [event["type"] for event in body["events"]] == ["conversation.created", "message.created"]
    assert body["more"] is False
    older = agent_api.get(f"{LIST}/{conversation.pk}/events", {"before": 2, "limit": 10}).json()
    assert [event["seq"] for event in older["events"]] == [1]


def test_former_conversations_are_named(
    agent_api: Api, acme: Tenant, vera: Visitor, acme_widget: Widget, conversation: Conversation, now: datetime
) -> None:
    with in_tenant(acme):
        close_conversation(conversation.pk, by=SYSTEM, reason="agent", now=now)
        second = open_conversation(vera, widget=acme_widget, now=now + timedelta(hours=1))
    former = agent_api.get(f"{LIST}/{second.pk}").json()["visitor"]["former"]
    assert [(one["id"], one["status"], one["preview"]) for one in former] == [
        (str(conversation.pk), "closed", "Where is my parcel?")
    ]


def test_profile_is_changed_and_cleaned(agent_api: Api, vera: Visitor) -> None:
    url = f"/api/v1/agent/visitors/{vera.pk}"
    body = agent_api.patch(url, {"name": "Vera\n Vogel", "phone": "+49 30 1"}).json()
    assert (body["name"], body["phone"], body["email"]) == ("Vera Vogel", "+49 30 1", "")
    problem(agent_api.patch(url, {"email": "nonsense"}), 400, "invalid")
    problem(agent_api.patch(url, {"name": 5}), 400, "invalid")
    problem(agent_api.patch(url, ["name"]), 400, "invalid")
    assert agent_api.patch(url, {"external_id": "boss", "token_generation": 9}).json()["external_id"] is None


def test_upload(agent_api: Api) -> None:
    assert agent_api.upload("/api/v1/agent/files", b"hello", "a.txt").status_code == 201


@pytest.mark.parametrize("path", ADDRESSES)
def test_signed_out_is_a_401(path: str) -> None:
    problem(Api().get(path), 401, "unauthenticated")


@pytest.mark.parametrize("path", ADDRESSES)
def test_account_without_an_agent_here_gets_404_for_everything(
    make_session: Callable[[Agent, Tenant], str], acme: Tenant, mallory: Agent, conversation: Conversation, path: str
) -> None:
    """Mallory's account is real, and somehow holds a session of acme."""
    api = signed_in(make_session(mallory, acme))
    problem(api.get(path), 404, "not_found")
    same_refusal(api.get(f"{LIST}/{conversation.pk}"), api.get(f"{LIST}/{uuid4()}"))
    problem(api.patch(f"/api/v1/agent/visitors/{conversation.visitor_id}", {"name": "x"}), 404, "not_found")
    problem(api.upload("/api/v1/agent/files", b"x"), 404, "not_found")


def test_session_of_another_brand_is_nobody_here(
    make_session: Callable[[Agent, Tenant], str], globex: Tenant, mallory: Agent
) -> None:
    problem(signed_in(make_session(mallory, globex)).get(ME), 401, "unauthenticated")


def test_deactivated_agent_is_nobody(agent_api: Api, acme: Tenant, alice: Agent) -> None:
    with in_tenant(acme):
        Agent.objects.filter(pk=alice.pk).update(is_active=False)
    try:
        problem(agent_api.get(ME), 404, "not_found")
    finally:
        with in_tenant(acme):
            Agent.objects.filter(pk=alice.pk).update(is_active=True)


def test_mallory_gets_what_a_missing_thing_gets(mallory_api: Api, conversation: Conversation) -> None:
    for path in (f"{LIST}/{{}}", f"{LIST}/{{}}/events"):
        same_refusal(mallory_api.get(path.format(conversation.pk)), mallory_api.get(path.format(uuid4())))
    profile = "/api/v1/agent/visitors/{}"
    foreign = mallory_api.patch(profile.format(conversation.visitor_id), {"name": "x"})
    same_refusal(foreign, mallory_api.patch(profile.format(uuid4()), {"name": "x"}))
    assert mallory_api.get(LIST).json()["rows"] == []
    assert mallory_api.get(LIST, {"q": str(conversation.pk)}).json()["rows"] == []


def test_csrf_is_asked_for(
    make_session: Callable[[Agent, Tenant], str], acme: Tenant, alice: Agent, vera: Visitor
) -> None:
    api = signed_in(make_session(alice, acme), csrf=True)
    url = f"/api/v1/agent/visitors/{vera.pk}"
    problem(api.patch(url, {"name": "x"}), 403, "forbidden")
    problem(api.upload("/api/v1/agent/files", b"x"), 403, "forbidden")
    token = api.get(ME).json()["csrf"]
    assert api.patch(url, {"name": "x"}, x_csrftoken=token).status_code == 200
    problem(api.patch(url, {"name": "x"}, x_csrftoken="wrong"), 403, "forbidden")


def test_wrong_methods_write_nothing(agent_api: Api, conversation: Conversation) -> None:
    problem(agent_api.post(LIST, {}), 405, "method_not_allowed")
    problem(agent_api.post(f"/api/v1/agent/visitors/{conversation.visitor_id}", {}), 405, "method_not_allowed")
