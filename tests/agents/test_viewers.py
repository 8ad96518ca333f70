"""Who looks at a conversation and who writes; a console that dies is gone when its lease is."""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest

from agents.models import Agent
from agents.viewers import LEASE_SECONDS, note_viewer, viewers_of
from chat.conversations import open_conversation
from chat.models import Conversation, Visitor
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.clients import SocketClient
from tests.rest.conftest import signed_in

NOW = 1_800_000_000.0


@pytest.fixture
def conversation(acme: Tenant, vera: Visitor, now: datetime) -> Conversation:
    with in_tenant(acme):
        return open_conversation(vera, now=now)


def names(viewers: list[dict]) -> list[tuple[str, bool]]:
    return sorted((one["agent"]["name"], one["is_writing"]) for one in viewers)


def test_a_lease_is_renewed_ends_or_runs_out(acme: Tenant, alice: Agent, bob: Agent) -> None:
    where = uuid4()

    def look(agent: Agent, at: float, *, is_writing: bool = False, has_left: bool = False) -> list[dict]:
        return note_viewer(where, agent, is_writing=is_writing, has_left=has_left, now=NOW + at)

    with in_tenant(acme):
        assert names(look(alice, 0)) == [("Alice", False)]
        assert names(look(bob, 1, is_writing=True)) == [("Alice", False), ("Bob", True)]
        assert names(viewers_of(where, NOW + 2)) == [("Alice", False), ("Bob", True)]
        # Bob's console died: Alice finds out by herself.
        assert names(look(alice, 1 + LEASE_SECONDS)) == [("Alice", False)]
        assert names(look(bob, 2 + LEASE_SECONDS)) == [("Alice", False), ("Bob", False)]
        assert names(look(bob, 3 + LEASE_SECONDS, has_left=True)) == [("Alice", False)]
        assert viewers_of(where, NOW + 100) == []


def test_brands_do_not_look_into_each_other(acme: Tenant, globex: Tenant, alice: Agent) -> None:
    where = uuid4()
    with in_tenant(acme):
        note_viewer(where, alice, is_writing=False, has_left=False, now=NOW)
    with in_tenant(globex):
        assert viewers_of(where, NOW) == []


def test_colleagues_are_told(
    connect: Callable[..., SocketClient],
    make_session: Callable[..., str],
    acme: Tenant,
    conversation: Conversation,
    alice: Agent,
    bob: Agent,
) -> None:
    desk, other = (connect("agent", session=make_session(agent, acme)) for agent in (alice, bob))
    for client in (desk, other):
        client.request("conversation.watch", conversation=conversation.pk)
    assert names(desk.request("conversation.view", conversation=conversation.pk)["data"]["viewers"]) == [
        ("Alice", False)
    ]
    answer = other.request("conversation.view", {"is_writing": True}, conversation=conversation.pk)
    assert names(answer["data"]["viewers"]) == [("Alice", False), ("Bob", True)]
    told = desk.find(lambda f: f["type"] == "conversation.viewers" and len(f["data"]["viewers"]) == 2)
    assert names(told["data"]["viewers"]) == [("Alice", False), ("Bob", True)]
    snapshot = signed_in(make_session(alice, acme)).get(f"/api/v1/agent/conversations/{conversation.pk}").json()
    assert names(snapshot["viewers"]) == [("Alice", False), ("Bob", True)]
    other.request("conversation.view", {"has_left": True}, conversation=conversation.pk)
    told = desk.find(lambda f: f["type"] == "conversation.viewers" and len(f["data"]["viewers"]) == 1)
    assert names(told["data"]["viewers"]) == [("Alice", False)]
    # Renewing without news tells nobody.
    desk.drain()
    desk.request("conversation.view", conversation=conversation.pk)
    assert not [frame for frame in desk.drain() if frame["type"] == "conversation.viewers"]


def test_visitors_learn_nothing(
    connect: Callable[..., SocketClient],
    make_session: Callable[..., str],
    acme: Tenant,
    conversation: Conversation,
    vera_token: str,
    alice: Agent,
) -> None:
    vera = connect("visitor", token=vera_token)
    vera.hello()
    assert vera.request("conversation.view", conversation=conversation.pk)["data"]["code"] == "unknown_type"
    desk = connect("agent", session=make_session(alice, acme))
    desk.request("conversation.view", conversation=conversation.pk)
    assert not [frame for frame in vera.drain() if frame["type"] == "conversation.viewers"]
