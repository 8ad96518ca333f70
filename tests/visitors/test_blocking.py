"""Whoever is blocked is out by every door and at once; whoever is let in again finds everything as it was."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from agents.models import Agent, AuditEntry
from chat.authors import SYSTEM
from chat.blocking import block_visitor, unblock_visitor
from chat.conversations import VisitorMerged, open_conversation
from chat.errors import Blocked, NotFound
from chat.merging import merge_visitors
from chat.models import Visitor, Widget
from chat.tokens import generations_of, is_current, make_token, read_token
from chat.visitors import identify_visitor, start_session
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.clients import SocketClient
from tests.rest.conftest import Api, problem, same_refusal

SOMEBODY = UUID(int=7)


def url(visitor_id: object) -> str:
    return f"/api/v1/agent/visitors/{visitor_id}/block"


@pytest.fixture
def widget(acme: Tenant) -> Widget:
    with in_tenant(acme):
        return Widget.objects.get()


@pytest.fixture
def token(acme: Tenant, vera: Visitor, widget: Widget) -> str:
    with in_tenant(acme):
        return make_token(vera, widget)


def test_no_door_opens_until_somebody_unblocks(
    acme: Tenant, vera: Visitor, widget: Widget, token: str, now: datetime
) -> None:
    with in_tenant(acme):
        conversation = open_conversation(vera, now=now)
        block_visitor(vera.pk, by="Alice", now=now)
        with pytest.raises(Blocked):
            read_token(token)
        with pytest.raises(Blocked):
            start_session(widget, token=token, now=now)
        with pytest.raises(Blocked):
            identify_visitor(vera, widget, name="Vera", now=now)
        assert not is_current(vera.pk, widget.pk, vera.token_generation)
        assert generations_of([vera.pk]) == {}
        # Somebody else at the same machine is welcome: a block is of a person, not of an address.
        assert start_session(widget, now=now).visitor.pk != vera.pk

        unblock_visitor(vera.pk)
        assert read_token(token).visitor == vera
        assert start_session(widget, token=token, now=now).visitor == vera
        conversation.refresh_from_db()
        assert conversation.is_open


def test_an_open_socket_is_closed_and_the_next_refused(
    connect: Callable[..., SocketClient], vera_token: str, agent_api: Api, vera: Visitor, visitor_api: Api
) -> None:
    socket = connect("visitor", token=vera_token)
    socket.hello()
    socket.say("Buy cheap watches!")
    assert agent_api.post(url(vera.pk), {}).status_code == 200
    assert socket.close_code() == 4403
    refused = problem(visitor_api.get("/api/v1/visitor/conversations"), 403, "forbidden")
    assert refused["title"] == "You cannot write here any more."


def test_the_profile_says_who_blocked_and_when(agent_api: Api, vera: Visitor, acme: Tenant, alice: Agent) -> None:
    blocked = agent_api.post(url(vera.pk), {}).json()["blocked"]
    assert blocked["by"] == "Alice"
    assert agent_api.post(url(vera.pk), {}).json()["blocked"] == blocked, "again is no change"
    assert agent_api.get(f"/api/v1/agent/visitors/{vera.pk}").json()["blocked"] == blocked
    assert agent_api.http.delete(url(vera.pk)).json()["blocked"] is None
    with in_tenant(acme):
        acts = AuditEntry.objects.filter(action__startswith="visitor.").order_by("pk")
        assert [entry.action for entry in acts] == ["visitor.blocked", "visitor.blocked", "visitor.unblocked"]


def test_a_block_goes_with_the_person_who_is_merged(acme: Tenant, vera: Visitor, now: datetime) -> None:
    with in_tenant(acme):
        twin = Visitor.objects.create(name="V. Vogel")
        block_visitor(vera.pk, by="Alice", now=now)
        merged = merge_visitors(vera.pk, twin.pk, by=SYSTEM, now=now + timedelta(minutes=1))
        assert (merged.blocked_by, merged.blocked_at) == ("Alice", now)
        with pytest.raises(VisitorMerged):
            unblock_visitor(vera.pk)
        with pytest.raises(NotFound):
            block_visitor(SOMEBODY, by="Alice", now=now)


def test_mallory_gets_what_a_missing_visitor_gets(
    agent_api: Api, mallory_api: Api, visitor_api: Api, anyone: Api, vera: Visitor, acme: Tenant
) -> None:
    same_refusal(mallory_api.post(url(vera.pk), {}), agent_api.post(url(SOMEBODY), {}))
    same_refusal(mallory_api.http.delete(url(vera.pk)), agent_api.http.delete(url(SOMEBODY)))
    assert visitor_api.post(url(vera.pk), {}).status_code in (401, 403)
    assert anyone.post(url(vera.pk), {}).status_code in (401, 403)
    with in_tenant(acme):
        assert Visitor.objects.get(pk=vera.pk).blocked_at is None
