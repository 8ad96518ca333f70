"""GET /api/v1/visitor/conversations and their events."""

from datetime import datetime
from uuid import uuid4

import pytest
from django.http import HttpResponse

from chat.authors import Author
from chat.messages import MessageDraft, post_note
from chat.models import Conversation, Visitor, Widget
from chat.tokens import make_token
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.rest.conftest import Api, problem, same_refusal, say

LIST = "/api/v1/visitor/conversations"


def events(conversation_id: object) -> str:
    return f"{LIST}/{conversation_id}/events"


def test_visitor_reads_its_own_conversations(visitor_api: Api, conversation: Conversation) -> None:
    rows = visitor_api.get(LIST).json()["conversations"]
    assert [(row["id"], row["top"], row["status"]) for row in rows] == [(str(conversation.pk), 2, "waiting")]


def test_events_come_page_by_page(
    visitor_api: Api, conversation: Conversation, acme: Tenant, vera: Visitor, now: datetime
) -> None:
    with in_tenant(acme):
        for number in range(5):
            say(vera, f"line {number}", now)
    last = visitor_api.get(events(conversation.pk), {"limit": 3}).json()
    assert ([event["seq"] for event in last["events"]], last["more"]) == ([5, 6, 7], True)
    first = visitor_api.get(events(conversation.pk), {"limit": 4, "before": 5}).json()
    assert ([event["seq"] for event in first["events"]], first["more"]) == ([1, 2, 3, 4], False)
    assert first["events"][1]["data"]["text"] == "Where is my parcel?"


def test_notes_are_seen_only_as_a_seq(
    visitor_api: Api, conversation: Conversation, acme: Tenant, now: datetime
) -> None:
    with in_tenant(acme):
        draft = MessageDraft(uuid4(), text="secret")
        post_note(conversation.pk, author=Author("agent", uuid4(), "Bob"), draft=draft, now=now)
    answer = visitor_api.get(events(conversation.pk))
    assert b"secret" not in answer.content
    assert answer.json()["events"][-1]["type"] == "conversation.advanced"


@pytest.mark.parametrize("limit", ["0", "101", "x", "٣", "\x00", "", "-1", "1e1", "9" * 400])
def test_limit_is_checked(visitor_api: Api, conversation: Conversation, limit: str) -> None:
    assert visitor_api.get(events(conversation.pk), {"limit": limit}).status_code == 400


@pytest.mark.parametrize("before", ["0", str(2**63), "1e3", "null", "[]"])
def test_before_is_checked(visitor_api: Api, conversation: Conversation, before: str) -> None:
    assert visitor_api.get(events(conversation.pk), {"before": before}).status_code == 400


def test_other_visitors_and_brands_get_what_a_missing_thing_gets(
    visitor_api: Api, acme: Tenant, acme_widget: Widget, conversation: Conversation, globex_conversation: Conversation
) -> None:
    with in_tenant(acme):
        other = Visitor.objects.create(name="Oscar")
        token = make_token(other, acme_widget)
    oscar = Api(headers={"authorization": f"Bearer {token}", "origin": "http://acme.localhost"})
    missing = oscar.get(events(uuid4()))
    same_refusal(oscar.get(events(conversation.pk)), missing)
    same_refusal(visitor_api.get(events(globex_conversation.pk)), missing)
    assert oscar.get(LIST).json() == {"conversations": []}


def test_token_of_one_brand_is_nothing_at_another(vera_token: str, globex_conversation: Conversation) -> None:
    api = Api("globex.localhost", {"authorization": f"Bearer {vera_token}", "origin": "http://globex.localhost"})
    problem(api.get(LIST), 401, "unauthenticated")
    problem(api.get(events(globex_conversation.pk)), 401, "unauthenticated")


TOKENS = ["", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "Bearer " + "x" * 5000, "Bearer \xff.\xff", "bearer a.b.c"]


@pytest.mark.parametrize("header", TOKENS)
def test_without_a_valid_token_it_is_a_401(header: str) -> None:
    answer = Api(headers={"authorization": header, "origin": "http://acme.localhost"}).get(LIST)
    problem(answer, 401, "unauthenticated")
    assert "WWW-Authenticate" in answer


def test_own_page_without_origin_is_known_by_other_headers(vera_token: str) -> None:
    def ask(**headers: str) -> HttpResponse:
        return Api(headers={"authorization": f"Bearer {vera_token}"}).get(LIST, **headers)

    assert ask(sec_fetch_site="same-origin").status_code == 200
    assert ask(referer="http://acme.localhost/widget/panel").status_code == 200
    problem(ask(referer="http://acme.localhost.evil.example/"), 403, "forbidden")
    problem(ask(sec_fetch_site="cross-site"), 403, "forbidden")
    problem(ask(origin="null", sec_fetch_site="same-origin"), 403, "forbidden")


def test_wrong_method_and_unknown_address_are_problems(visitor_api: Api) -> None:
    answer = visitor_api.post(LIST)
    problem(answer, 405, "method_not_allowed")
    assert "GET" in answer["Allow"]
    problem(visitor_api.get("/api/v1/visitor/nothing"), 404, "not_found")
    problem(visitor_api.get("/api/"), 404, "not_found")
    problem(visitor_api.get(f"{LIST}/not-an-id/events"), 404, "not_found")
