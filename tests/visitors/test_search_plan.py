"""Searching people by any part of what is known of them asks the trigrams, in the list of visitors and in the inbox."""

import random
from collections.abc import Iterator

import pytest
from django.db import connection

from agents.inbox.filters import visitor_condition
from agents.models import Agent
from agents.profiles import search_visitors
from chat.models import Conversation, Visitor
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.plans import indexes, plans_of, scanned

PEOPLE = 10_000


@pytest.fixture
def crowd(acme: Tenant) -> Iterator[None]:
    rng = random.Random(1)
    given, family = ["James", "Mary", "Karl", "小明", "丽娟"], ["Smith", "Weber", "Novak", "王", "李"]
    with in_tenant(acme):
        made = Visitor.objects.bulk_create(
            Visitor(
                name=f"{rng.choice(family)}{rng.choice(given)} {n}",
                email=f"{rng.choice(given)}.{n}@example.com",
                user_agent="Mozilla/5.0 " * 20,  # rows are as wide as real ones
                attributes={"order": f"A-{rng.randrange(10**7)}"},
            )
            for n in range(PEOPLE)
        )
        Visitor.objects.filter(pk=made[7].pk).update(name="Zoë Quigley", attributes={"order": "B-77001"})
        Conversation.objects.bulk_create(Conversation(visitor=one, status="closed") for one in made)
        with connection.cursor() as cursor:
            # As autovacuum does it: new rows stand in a list first, through which every search goes.
            cursor.execute("SELECT gin_clean_pending_list('visitor_by_part')")
        yield


def test_trigrams_are_asked(crowd: None, acme: Tenant, alice: Agent) -> None:
    found: list[Visitor] = []
    with in_tenant(acme):
        (plan,) = plans_of(lambda: found.extend(search_visitors(alice, "UIGLE")))
        (inbox,) = plans_of(lambda: list(Conversation.objects.filter(visitor_condition("b-7700"))))
        # Two characters, as most Chinese given names, have no trigram: found all the same, by looking at everybody.
        assert search_visitors(alice, "小明")
    assert [one.name for one in found] == ["Zoë Quigley"]
    for one in (plan, inbox):
        assert "visitor_by_part" in indexes(one) and "chat_visitor" not in scanned(one)
