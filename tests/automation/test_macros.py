"""Macros over REST: which ones an agent has, running one, and what others may not."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from agents.models import Agent, Macro, Queue
from chat.models import Conversation, Message, Tag
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.rest.conftest import Api, agent_api, same_refusal, signed_in

__all__ = ["agent_api"]

MACROS = "/api/v1/agent/macros"


def address(conversation: object, macro: object) -> str:
    return f"/api/v1/agent/conversations/{conversation}/macros/{macro}"


@pytest.fixture
def macro(acme: Tenant, vip: Tag) -> Macro:
    actions = [
        {"do": "tag.add", "tag": str(vip.pk)},
        {"do": "agent.assign", "agent": "me"},
        {"do": "reply.send", "text": "I am on it"},
    ]
    with in_tenant(acme):
        return Macro.objects.create(name="On it", actions=actions)


def test_lists_everybodys_and_ones_own(agent_api: Api, acme: Tenant, macro: Macro, alice: Agent, bob: Agent) -> None:
    with in_tenant(acme):
        Macro.objects.create(name="Mine", owner=alice, actions=[{"do": "conversation.close"}], position=1, key="m")
        Macro.objects.create(name="Bob's", owner=bob, actions=[{"do": "conversation.close"}])
    rows = agent_api.get(MACROS).json()["macros"]
    assert [(row["name"], row["own"], row["key"]) for row in rows] == [("On it", False, ""), ("Mine", True, "m")]
    assert rows[0]["actions"][1] == {"do": "agent.assign", "agent": "me"}


def test_runs_in_the_agents_name(
    agent_api: Api, acme: Tenant, macro: Macro, talk: Conversation, alice: Agent, vip: Tag
) -> None:
    body = agent_api.post(address(talk.pk, macro.pk), {}).json()
    assert [one["done"] for one in body["outcomes"]] == [True, True, True]
    assert (body["row"]["tags"], body["row"]["agent"]["name"]) == ([str(vip.pk)], "Alice")
    with in_tenant(acme):
        assert Message.objects.get(event="message.created").author_id == alice.pk
        assert Macro.objects.get(pk=macro.pk).use_count == 1


def test_says_what_could_not_be_done(agent_api: Api, acme: Tenant, macro: Macro, talk: Conversation, vip: Tag) -> None:
    with in_tenant(acme):
        vip.delete()
    outcomes = agent_api.post(address(talk.pk, macro.pk), {}).json()["outcomes"]
    assert outcomes[0] == {"do": "tag.add", "done": False, "why": "Choose a tag that exists."}
    assert [one["done"] for one in outcomes] == [False, True, True]


def test_foreign_and_missing_are_the_same(
    agent_api: Api,
    acme: Tenant,
    globex: Tenant,
    macro: Macro,
    talk: Conversation,
    globex_conversation: Conversation,
    bob: Agent,
) -> None:
    with in_tenant(globex):
        foreign = Macro.objects.create(name="Theirs", actions=[{"do": "conversation.close"}])
    with in_tenant(acme):
        bobs = Macro.objects.create(name="Bob's", owner=bob, actions=[{"do": "conversation.close"}])
    missing = agent_api.post(address(talk.pk, uuid4()), {})
    for other in (foreign, bobs):
        same_refusal(agent_api.post(address(talk.pk, other.pk), {}), missing)
    nowhere = agent_api.post(address(uuid4(), macro.pk), {})
    same_refusal(agent_api.post(address(globex_conversation.pk, macro.pk), {}), nowhere)
    with in_tenant(globex):
        assert Conversation.objects.get(pk=globex_conversation.pk).tag_ids == []


def test_out_of_sight_is_missing(
    make_session: Callable[[Agent, Tenant], str], acme: Tenant, macro: Macro, talk: Conversation, bob: Agent
) -> None:
    """Who sees only their own queues runs no macro elsewhere."""
    with in_tenant(acme):
        elsewhere = Queue.objects.create(name="Elsewhere")
        Conversation.objects.filter(pk=talk.pk).update(queue_id=elsewhere.pk)
        Agent.objects.filter(pk=bob.pk).update(scope="queues")
    try:
        api = signed_in(make_session(bob, acme))
        missing = api.post(address(uuid4(), macro.pk), {})
        same_refusal(api.post(address(talk.pk, macro.pk), {}), missing)
        with in_tenant(acme):
            assert Conversation.objects.get(pk=talk.pk).tag_ids == []
    finally:
        with in_tenant(acme):
            Agent.objects.filter(pk=bob.pk).update(scope="brand")
