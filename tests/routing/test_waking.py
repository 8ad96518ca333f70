"""Routing starts at once: against a real server, whose sweeps do not run here."""

import asyncio
from uuid import uuid4

import pytest

from agents.routing import waking
from chat.models import Visitor, Widget
from chat.nudges import Grown
from chat.tokens import make_token
from tenants.context import in_tenant
from tests.realtime.conftest import as_agent  # noqa: F401


@pytest.fixture
def routed(team):
    """The default queue gives conversations to Bob alone."""
    from agents.models import Queue

    Queue.objects.filter(is_default=True).update(strategy="least_loaded")
    yield
    Queue.objects.filter(is_default=True).update(strategy="manual")


@pytest.fixture
def visitor(acme, acme_widget: Widget, connect):
    with in_tenant(acme):
        token = make_token(Visitor.objects.create(name="Vera"), acme_widget)
    client = connect("visitor", token=token)
    client.hello()
    return client


def is_assigned(frame):
    return frame["type"] == "conversation.assigned"


def test_a_new_conversation_finds_its_agent(routed, acme, bob, visitor, as_agent):  # noqa: F811
    as_agent(bob, acme)
    visitor.say("Hello")
    assigned = visitor.find(is_assigned)
    assert assigned["data"]["agent"]["name"] == "Bob"
    assert "reasons" not in assigned["data"]


def test_who_comes_gets_what_waits(routed, acme, bob, visitor, as_agent):  # noqa: F811
    visitor.say("Hello")
    desk = as_agent(bob, acme)
    assert visitor.find(is_assigned)["data"]["agent"]["name"] == "Bob"
    desk.send("availability.set", {"availability": "away"})


def test_who_says_online_again_gets_what_waits(routed, acme, bob, visitor, as_agent):  # noqa: F811
    desk = as_agent(bob, acme)
    desk.send("availability.set", {"availability": "away"})
    desk.expect("ack")
    visitor.say("Hello")
    desk.send("availability.set", {"availability": "online"})
    assert visitor.find(is_assigned)["data"]["agent"]["name"] == "Bob"


async def test_many_nudges_make_one_round_and_one_more(acme, monkeypatch):
    rounds, begun, go_on, again = [], asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(tenant, function, *_args):
        rounds.append(tenant)
        (again if begun.is_set() else begun).set()
        await go_on.wait()
        raise RuntimeError("a round that fails stops no other")

    monkeypatch.setattr(waking, "run_in_tenant", slow)
    monkeypatch.setattr(waking, "GATHER_SECONDS", 0)
    for _ in range(50):
        waking.hear(Grown(acme, uuid4(), 1, "conversation.created", "visitor"))
    waking.hear(Grown(acme, uuid4(), 1, "message.created", "visitor"))
    await begun.wait()
    for _ in range(50):
        waking.wake(acme)
    assert len(rounds) == 1
    go_on.set()
    await again.wait()
    await asyncio.gather(*waking._running.values())
    assert len(rounds) == 2
    assert not waking._again
