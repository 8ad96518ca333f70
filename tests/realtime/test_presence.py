"""Leases, the sweep, and what agents see of each other."""

import asyncio
import time
from uuid import uuid4

import pytest

from agents.accounts import create_agent
from agents.models import Agent
from agents.presence import sweep_presence
from chat.keys import lease_member, leases_key
from chat.presence import GRACE_SECONDS, LEASE_SECONDS, Leases, lease_holders, online_among, redis_client
from tenants.context import in_tenant


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
    """More than the pool has connections to Redis: each used to ask for one, and those refused had no lease."""
    leases, people = Leases(), [uuid4() for _ in range(200)]
    taken = await asyncio.gather(*(leases.take(acme, "visitor", pk) for pk in people))
    assert lease_holders(acme, "visitor", time.time()) == set(people)

    await asyncio.gather(*(leases.end(acme, "visitor", pk, one) for pk, one in zip(people, taken, strict=True)))
    assert lease_holders(acme, "visitor", time.time() + GRACE_SECONDS + 1) == set()
    leases._ticker.cancel()
