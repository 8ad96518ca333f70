"""A Redis that does not answer holds neither the threads of the database nor whoever comes."""

import asyncio
import os
import signal
import time
from uuid import uuid4

import pytest
import redis

from agents.viewers import note_viewer
from chat import redis_clients
from chat.presence import Leases
from chat.redis_clients import redis_client
from chat.rest.limits import KEY_RATE, take_token
from chat.wrong_tokens import count_wrong_one
from tenants import attempts
from tenants.context import run_in_public, run_in_tenant
from tenants.resting import Rest


@pytest.fixture
def standstill(valkey):
    assert redis_client().ping()
    os.kill(valkey.child.pid, signal.SIGSTOP)
    yield
    os.kill(valkey.child.pid, signal.SIGCONT)


async def test_many_who_ask_wait_once(acme, conversation, alice, standstill):
    """One wait for all: 200 that wait by themselves hold all threads for minutes, and every message behind them."""

    def look():
        return note_viewer(conversation.pk, alice, is_writing=False, has_left=False, now=time.time())

    async with asyncio.timeout(15):
        seen = await asyncio.gather(*(run_in_tenant(acme, look) for _ in range(200)))
    assert seen == [[]] * 200


async def test_limits_let_through(acme, standstill):
    async with asyncio.timeout(15):
        taken = await asyncio.gather(*(asyncio.to_thread(take_token, acme, KEY_RATE, "key") for _ in range(100)))
    assert all(one.retry_after == 0 for one in taken)


async def test_wrong_tokens_hold_no_threads(standstill, monkeypatch):
    """They are counted on the threads of the database: 200 that wait by themselves hold those for minutes."""
    monkeypatch.setattr(attempts, "_connected", None)
    monkeypatch.setattr(attempts, "_rest", Rest())
    async with asyncio.timeout(15):
        await asyncio.gather(*(run_in_public(count_wrong_one, "203.0.113.9") for _ in range(200)))


async def test_whoever_comes_does_not_wait_for_its_lease(acme, standstill):
    leases = Leases()
    try:
        async with asyncio.timeout(4):
            await asyncio.gather(*(leases.take(acme, "visitor", uuid4()) for _ in range(50)))
    finally:
        leases._writer.cancel()


def test_it_is_asked_again_after_its_rest(valkey, monkeypatch):
    assert redis_client().ping()
    redis_clients.rest.begin()
    with pytest.raises(redis.ConnectionError):
        redis_client().ping()
    monkeypatch.setattr(redis_clients.rest, "_until", 0.0)
    assert redis_client().ping()
