"""DOOR 1: nobody finds themselves in a brand that they did not enter."""

import asyncio
import random
import time

import pytest
from django.db import connection, transaction

from agents.models import Agent
from agents.tasks import sweep_presence
from tenants import context
from tenants.context import (
    ContextOverloaded,
    NoTenant,
    current_tenant,
    for_each_tenant,
    in_public,
    in_tenant,
    run_in_public,
    run_in_tenant,
)
from tenants.models import Tenant
from tests.threads import run_together


def schema_in_use():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return cursor.fetchone()[0]


async def test_many_calls_of_two_brands_at_once_stay_apart(acme, globex):
    tenants = [random.choice((acme, globex)) for _ in range(400)]
    answers = await asyncio.gather(*(run_in_tenant(tenant, schema_in_use) for tenant in tenants))
    assert answers == [tenant.schema_name for tenant in tenants]
    assert set(await asyncio.gather(*(run_in_public(schema_in_use) for _ in range(40)))) == {"public"}


def test_threads_and_coroutines_mixed_stay_apart(acme, globex):
    def work(number):
        tenant = (acme, globex)[number % 2]

        async def hops():
            return await asyncio.gather(*(run_in_tenant(tenant, schema_in_use) for _ in range(25)))

        with in_tenant(tenant):
            own = {schema_in_use() for _ in range(25)}
        return own | set(asyncio.run(hops())), tenant.schema_name

    for seen, expected in run_together(6, work):
        assert seen == {expected}


async def test_a_failing_call_leaves_the_brand_too(acme):
    def fail():
        raise ValueError

    for _ in range(20):
        with pytest.raises(ValueError):
            await run_in_tenant(acme, fail)
    assert set(await asyncio.gather(*(run_in_public(schema_in_use) for _ in range(40)))) == {"public"}


async def test_a_broken_transaction_does_not_stay_in_the_pool(acme, globex):
    def break_it():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM no_such_table")

    for _ in range(20):
        with pytest.raises(Exception, match="no_such_table"):
            await run_in_tenant(acme, break_it)
    answers = await asyncio.gather(*(run_in_tenant(globex, schema_in_use) for _ in range(40)))
    assert set(answers) == {globex.schema_name}


async def test_a_brand_that_asks_much_keeps_no_other_waiting(acme, globex):
    done = []

    def work(name):
        time.sleep(0.01)
        done.append(name)

    flood = [asyncio.create_task(run_in_tenant(acme, work, "acme")) for _ in range(300)]
    await asyncio.sleep(0)
    await run_in_tenant(globex, work, "globex")
    assert done.count("acme") < 100, "it stood behind all of them"
    await asyncio.gather(*flood)
    assert len(done) == 301


async def test_a_brand_alone_does_not_fill_the_queue(acme, globex, monkeypatch):
    monkeypatch.setattr(context, "MAX_WAITING_EACH", 20)
    flood = [run_in_tenant(acme, schema_in_use) for _ in range(30)]
    answers = asyncio.gather(*flood, return_exceptions=True)
    await asyncio.sleep(0)
    assert await run_in_tenant(globex, schema_in_use) == globex.schema_name
    assert [type(answer) for answer in await answers].count(ContextOverloaded) == 10
    assert await run_in_tenant(acme, schema_in_use) == acme.schema_name


async def test_whoever_gives_up_takes_nobodys_thread(acme, globex):
    done = []
    slow = [asyncio.create_task(run_in_tenant(acme, time.sleep, 0.05)) for _ in range(20)]
    given_up = [asyncio.create_task(run_in_tenant(acme, done.append, "acme")) for _ in range(20)]
    await asyncio.sleep(0)
    for task in given_up:
        task.cancel()
    await run_in_tenant(globex, done.append, "globex")
    await asyncio.gather(*slow)
    await run_in_tenant(acme, done.append, "last")
    assert done == ["globex", "last"]


def test_outside_every_brand_there_are_no_brand_tables():
    with pytest.raises(Exception, match="agents_agent"):
        list(Agent.objects.all())


def test_there_is_no_current_brand_outside():
    with pytest.raises(NoTenant):
        current_tenant()


def test_a_transaction_belongs_to_one_brand(acme, globex):
    with in_tenant(acme), transaction.atomic(), pytest.raises(RuntimeError), in_tenant(globex):
        pass


def test_leaving_returns_to_where_one_was(acme, globex):
    with in_tenant(acme):
        with in_tenant(globex):
            assert current_tenant() == globex
        with in_public():
            assert schema_in_use() == "public"
        assert (current_tenant(), schema_in_use()) == (acme, acme.schema_name)


def test_one_failing_brand_stops_no_other(acme, globex):
    def work(tenant):
        if tenant == acme:
            raise ValueError("acme is broken")
        return schema_in_use()

    results = for_each_tenant(work)
    assert isinstance(results["acme"], ValueError)
    assert results["globex"] == globex.schema_name


def test_a_task_without_its_brand_raises(acme):
    with pytest.raises(NoTenant):
        sweep_presence()
    with pytest.raises(Tenant.DoesNotExist):
        sweep_presence("01890000-0000-7000-8000-000000000000")
    assert sweep_presence(str(acme.pk)) is not None
