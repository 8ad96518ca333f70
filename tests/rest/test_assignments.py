"""Who had a conversation and why, for programs and for the console."""

from datetime import timedelta

import pytest

from agents.assignments import release_conversation, take_conversation
from agents.models import Agent, Queue
from agents.routing.route import route_waiting
from tenants.context import in_tenant
from tenants.keys import create_key
from tenants.models import ApiKey
from tests.rest.conftest import Api, problem


def path_of(conversation, prefix=""):
    return f"/api/v1/{prefix}conversations/{conversation.pk}/assignments"


@pytest.fixture
def had_by_two(acme, conversation, alice, bob, now):
    """Alice took and released it; routing gave it to Bob."""
    with in_tenant(acme):
        take_conversation(conversation.pk, agent=alice, now=now)
        release_conversation(conversation.pk, agent=alice, now=now + timedelta(seconds=5))
        Agent.objects.filter(pk=bob.pk).update(is_present=True, absent_since=None)
        Queue.objects.update(strategy="least_loaded")
        try:
            assert route_waiting(now + timedelta(seconds=9)) == 1
        finally:
            Queue.objects.update(strategy="manual")
    return conversation


def test_programs_read_them_in_order(key_api: Api, had_by_two, bob):
    answer = key_api.get(path_of(had_by_two)).json()
    assert [(one["agent"]["name"], one["ended_reason"], one["reasons"]["by"]) for one in answer["data"]] == [
        ("Alice", "released", "take"),
        ("Bob", None, "routing"),
    ]
    assert answer["next"] is None
    routed = answer["data"][1]
    assert routed["reasons"]["chosen"] == str(bob.pk) == routed["agent"]["id"]
    assert {one["name"]: one["verdict"] for one in routed["reasons"]["agents"]} == {"Bob": "chosen", "Alice": "offline"}


def test_page_by_page_and_backwards(key_api: Api, had_by_two):
    first = key_api.get(path_of(had_by_two), {"limit": 1, "order": "desc"}).json()
    assert [one["agent"]["name"] for one in first["data"]] == ["Bob"]
    second = key_api.get(path_of(had_by_two), {"limit": 1, "order": "desc", "cursor": first["next"]}).json()
    assert ([one["agent"]["name"] for one in second["data"]], second["next"]) == (["Alice"], None)


def test_the_console_reads_the_newest_first(agent_api: Api, had_by_two):
    shown = agent_api.get(path_of(had_by_two, "agent/")).json()["assignments"]
    assert [(one["agent"]["name"], one["ended_reason"]) for one in shown] == [("Bob", None), ("Alice", "released")]
    assert shown[0]["reasons"]["why"] == ["least_loaded"]


def test_mallory_gets_what_a_missing_thing_gets(globex_key, mallory_api: Api, visitor_api: Api, had_by_two):
    foreign = Api("globex.localhost", {"authorization": f"Bearer {globex_key}"})
    problem(foreign.get(path_of(had_by_two)), 404, "not_found")
    problem(mallory_api.get(path_of(had_by_two, "agent/")), 404, "not_found")
    problem(visitor_api.get(path_of(had_by_two)), 401, "unauthenticated")


def test_a_key_needs_the_scope(acme, now, had_by_two):
    row, text = create_key(acme, kind=ApiKey.Kind.SECRET, name="narrow", scopes=["visitors:read"], now=now)
    try:
        problem(Api(headers={"authorization": f"Bearer {text}"}).get(path_of(had_by_two)), 403, "forbidden")
    finally:
        row.delete()


def test_who_sees_only_own_queues_does_not_see_these(acme, agent_api: Api, had_by_two, alice):
    with in_tenant(acme):
        Agent.objects.filter(pk=alice.pk).update(scope="queues")
        alice.queues.clear()
    try:
        problem(agent_api.get(path_of(had_by_two, "agent/")), 404, "not_found")
    finally:
        with in_tenant(acme):
            Agent.objects.filter(pk=alice.pk).update(scope="brand")
            alice.queues.set(Queue.objects.filter(is_default=True))
