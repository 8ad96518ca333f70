"""Leases, the sweep, and what agents see of each other."""

import asyncio
import time
from uuid import uuid4

import pytest

from agents.accounts import create_agent
from agents.models import Agent
from agents.presence import sweep_presence
from chat.conversations import open_conversation
from chat.keys import lease_member, leases_key
from chat.models import Visitor
from chat.presence import GRACE_SECONDS, LEASE_SECONDS, Leases, lease_holders, online_among
from chat.redis_clients import redis_client
from chat.visitor_presence import sweep_visitors
from tenants.context import in_tenant
from tests.threads import run_together


def is_present(tenant, agent):
    with in_tenant(tenant):
        return Agent.objects.get(pk=agent.pk).is_present


def sweep(tenant, now):
    with in_tenant(tenant):
        return sweep_presence(now)


def test_a_connection_makes_present_and_its_end_absent(as_agent, alice, acme):
    desk = as_agent(alice, acme)
    desk.request("ping")
    assert is_present(acme, alice)
    assert online_among(acme, "agent", [alice.pk], time.time()) == {alice.pk}
    desk.close()
    sweep(acme, time.time() + LEASE_SECONDS + 60)
    assert not is_present(acme, alice)


def test_a_reload_is_no_absence(as_agent, alice, acme):
    as_agent(alice, acme).close()
    sweep(acme, time.time())
    assert is_present(acme, alice)


@pytest.fixture
def carol(acme, now):
    """An agent whom no earlier test connected: nobody else's closing connection renews her lease."""
    with in_tenant(acme):
        agent, _ = create_agent(email=f"carol-{uuid4().hex}@acme.test", name="Carol", now=now)
        Agent.objects.filter(pk=agent.pk).update(is_present=True)
        yield agent
        agent.delete()


def test_a_silent_death_is_found_and_told(as_agent, carol, bob, acme):
    watcher = as_agent(bob, acme)
    watcher.request("ping")
    now = time.time()
    redis_client().zadd(leases_key(acme), {lease_member("agent", carol.pk, "dead"): now - 1})
    sweep(acme, now)
    told = watcher.find(
        lambda f: (
            f["type"] == "agent.availability_changed"
            and f["data"]["agent"]["name"] == "Carol"
            and f["data"]["availability"] == "offline"
        )
    )
    assert told
    assert not is_present(acme, carol)
    assert is_present(acme, bob)


def test_after_redis_lost_its_leases_agents_come_back_by_themselves(acme, alice):
    with in_tenant(acme):
        Agent.objects.filter(pk=alice.pk).update(is_present=False)
    now = time.time()
    redis_client().zadd(leases_key(acme), {lease_member("agent", alice.pk, "again"): now + 30})
    sweep(acme, now)
    assert is_present(acme, alice)


def test_leases_of_one_brand_say_nothing_about_another(acme, globex, mallory):
    now = time.time()
    redis_client().zadd(leases_key(acme), {lease_member("agent", mallory.pk, "x"): now + 30})
    assert online_among(globex, "agent", [mallory.pk], now) == set()


async def test_many_connections_at_once_all_get_their_lease(acme):
    """More than the pool has connections to Redis: they write together, for one that asks by itself is refused."""
    leases, people = Leases(), [uuid4() for _ in range(200)]
    taken = await asyncio.gather(*(leases.take(acme, "visitor", pk) for pk in people))
    assert lease_holders(acme, "visitor", time.time()) == set(people)

    await asyncio.gather(*(leases.end(acme, "visitor", pk, one) for pk, one in zip(people, taken, strict=True)))
    assert lease_holders(acme, "visitor", time.time() + GRACE_SECONDS + 1) == set()
    leases._writer.cancel()


async def test_a_brand_that_everybody_left_keeps_no_other_from_being_renewed(acme, globex, monkeypatch):
    """Redis refuses to write nothing, and with it all that stands in the same call."""
    monkeypatch.setattr("chat.presence.TICK_SECONDS", 0.2)
    leases, stays, goes = Leases(), uuid4(), uuid4()
    try:
        gone = await leases.take(globex, "visitor", goes)
        await leases.take(acme, "visitor", stays)
        await leases.end(globex, "visitor", goes, gone)
        redis_client().delete(leases_key(acme))
        for _ in range(200):
            if lease_holders(acme, "visitor", time.time()) == {stays}:
                break
            await asyncio.sleep(0.05)
        assert lease_holders(acme, "visitor", time.time()) == {stays}
    finally:
        leases._writer.cancel()


# ---- visitors: differences ----


def changes_told(desk):
    """What it was told of visitors."""
    frames = [frame for frame in desk.drain() if frame["type"] == "presence.changed"]
    return [change for frame in frames for change in frame["data"]["changes"] if "visitor" in change]


def next_of_visitors(desk):
    """That Bob himself came may be told at any moment."""
    return desk.find(lambda f: f["type"] == "presence.changed" and "visitor" in f["data"]["changes"][0])


@pytest.fixture
def desk_of_bob(as_agent, bob, acme):
    desk = as_agent(bob, acme)
    desk.drain()
    return desk


def test_a_visitor_who_comes_is_told_once(desk_of_bob, connect, acme, vera, vera_token, now):
    with in_tenant(acme):
        open_conversation(vera, now=now)
    tabs = [connect("visitor", token=vera_token) for _ in range(2)]
    for tab in tabs:
        tab.hello()
        tab.request("ping")
    assert changes_told(desk_of_bob) == [{"visitor": str(vera.pk), "online": True}]


def test_a_reload_and_a_closed_tab_are_no_news(desk_of_bob, as_vera, connect, acme, vera, vera_token):
    as_vera.say("hello")
    other = connect("visitor", token=vera_token)
    other.hello()
    other.request("ping")
    as_vera.close()
    visitors_sweep(acme, time.time() + GRACE_SECONDS + 1)
    assert not [change for change in changes_told(desk_of_bob) if not change["online"]]
    other.close()
    visitors_sweep(acme, time.time() + LEASE_SECONDS + 60)
    told = next_of_visitors(desk_of_bob)
    assert told["data"] == {"changes": [{"visitor": str(vera.pk), "online": False}]}
    assert "conversation" not in told


def test_many_who_go_at_once_go_in_one_frame(desk_of_bob, acme, now):
    moment = time.time()
    with in_tenant(acme):
        people = [Visitor.objects.create(name=str(number)) for number in range(5)]
        for person in people[:4]:  # the fifth never wrote: nobody cares
            open_conversation(person, now=now)
    members = {lease_member("visitor", person.pk, "x"): moment + 5 for person in people}
    redis_client().zadd(leases_key(acme), members)
    assert visitors_sweep(acme, moment) == 5
    assert visitors_sweep(acme, moment + 6) == 5
    came, went = next_of_visitors(desk_of_bob), next_of_visitors(desk_of_bob)
    ids = sorted(str(person.pk) for person in people[:4])
    assert came["data"]["changes"] == [{"visitor": pk, "online": True} for pk in ids]
    assert went["data"]["changes"] == [{"visitor": pk, "online": False} for pk in ids]
    assert visitors_sweep(acme, moment + 7) == 0


def test_two_sweeps_at_once_tell_once(acme, now):
    moment = time.time()
    redis_client().zadd(leases_key(acme), {lease_member("visitor", uuid4(), "x"): moment + 5 for _ in range(50)})
    assert sum(run_together(4, lambda number: visitors_sweep(acme, moment))) == 50


def test_visitors_of_one_brand_are_no_news_to_another(as_agent, mallory, globex, as_vera, acme):
    desk = as_agent(mallory, globex)
    as_vera.say("hello")
    visitors_sweep(acme, time.time() + 100)
    assert changes_told(desk) == []


def visitors_sweep(tenant, now):
    with in_tenant(tenant):
        return sweep_visitors(now)
