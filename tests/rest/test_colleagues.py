"""Whom a conversation can be handed to."""

from datetime import datetime

from agents.assignments import take_conversation
from agents.models import Agent
from chat.models import Conversation
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.rest.conftest import Api


def test_says_how_much_each_has(
    agent_api: Api, mallory_api: Api, conversation: Conversation, acme: Tenant, bob: Agent, now: datetime
) -> None:
    waiting = agent_api.get("/api/v1/agent/colleagues").json()
    assert [queue["waiting"] for queue in waiting["queues"]] == [1]
    with in_tenant(acme):
        take_conversation(conversation.pk, agent=bob, now=now)
    body = agent_api.get("/api/v1/agent/colleagues").json()
    loads = {agent["name"]: (agent["load"], agent["capacity"]) for agent in body["agents"]}
    assert loads == {"Alice": (0, 5), "Bob": (1, 5)}
    assert [queue["waiting"] for queue in body["queues"]] == [0]
    theirs = mallory_api.get("/api/v1/agent/colleagues").json()
    assert [agent["name"] for agent in theirs["agents"]] == ["Mallory"]
