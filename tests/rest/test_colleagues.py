"""Whom a conversation can be handed to."""

from datetime import datetime, timedelta

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


def test_what_sleeps_keeps_nobody_busy(
    agent_api: Api, conversation: Conversation, acme: Tenant, bob: Agent, now: datetime
) -> None:
    def counted() -> tuple[int, int]:
        body = agent_api.get("/api/v1/agent/colleagues").json()
        bobs = next(agent["load"] for agent in body["agents"] if agent["name"] == "Bob")
        return body["queues"][0]["waiting"], bobs

    def sleep(until: datetime | None) -> None:
        with in_tenant(acme):
            Conversation.objects.filter(pk=conversation.pk).update(snoozed_until=until)

    sleep(now + timedelta(hours=1))
    assert counted() == (0, 0)
    sleep(None)
    with in_tenant(acme):
        take_conversation(conversation.pk, agent=bob, now=now)
    assert counted() == (0, 1)
    sleep(now + timedelta(hours=1))
    assert counted() == (0, 0)
