"""Searching people by any part of what is known of them asks the trigrams, in the list of visitors and in the inbox."""

import random
from collections.abc import Iterator

import pytest
from django.db import connection

from agents.inbox.filters import visitor_condition
from agents.models import Agent
from agents.profiles import MAX_COMPARED, MAX_FOUND, search_visitors
from agents.rest.lists import LOOKED_AT, list_page
from chat.models import Conversation, Visitor
from chat.visitor_search import holding
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.plans import indexes, most_read, plans_of, scanned

PEOPLE = 10_000
# What is typed, and who alone is found.
TWO = {
    "王芳": {"王芳", "王芳芳"},
    "晓芳": {"欧阳晓芳"},
    "芳": {"王芳", "王芳芳", "欧阳晓芳"},
    "yu": {"Li Yu", "Yulia"},
    "QX": {"Yulia"},
    "ë": {"Zoë Quigley"},
    "+4": {"Zoë Quigley"},
}


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
            for index in ("visitor_by_part", "visitor_by_character"):
                cursor.execute("SELECT gin_clean_pending_list(%s)", [index])
            # Otherwise the plan depends on whether autovacuum came by meanwhile.
            cursor.execute("ANALYZE chat_visitor, chat_conversation")
        yield


def test_trigrams_are_asked(crowd: None, acme: Tenant, alice: Agent) -> None:
    found: list[Visitor] = []
    with in_tenant(acme):
        plan, rows = plans_of(lambda: found.extend(search_visitors(alice, "UIGLE")))
        (inbox,) = plans_of(lambda: list(Conversation.objects.filter(visitor_condition("b-7700"))))
    assert [one.name for one in found] == ["Zoë Quigley"]
    for one in (plan, inbox):
        assert "visitor_by_part" in indexes(one) and "chat_visitor" not in scanned(one)
    assert "chat_visitor" not in scanned(rows)


def test_two_characters_look_at_few(crowd: None, acme: Tenant, alice: Agent) -> None:
    with in_tenant(acme):
        for known in ("王芳", "王芳芳", "欧阳晓芳", "Li Yu"):
            Visitor.objects.create(name=known)
        Visitor.objects.create(name="Yulia", email="qx@example.com")
        Visitor.objects.filter(name="Zoë Quigley").update(phone="+49 301 22")
        for text, names in TWO.items():
            found: list[Visitor] = []
            (plan,) = plans_of(lambda: found.extend(Visitor.objects.filter(holding(text))))  # noqa: B023
            assert names == {one.name for one in found}, text
            assert indexes(plan) <= {"visitor_by_part", "visitor_by_character"}, text
            assert "chat_visitor" not in scanned(plan), text
            if len(text) > 1:
                assert names == {one.name for one in search_visitors(alice, text)}, text


def test_what_many_have_is_not_read_of_all(crowd: None, acme: Tenant, alice: Agent) -> None:
    with in_tenant(acme):
        for text in ("example.com", "小明"):
            some, rows = plans_of(lambda: search_visitors(alice, text))  # noqa: B023
            assert some["Actual Rows"] == MAX_COMPARED and rows["Actual Rows"] == MAX_FOUND
        for text in ("nobody said this", "无人", "zz", "%"):
            for plan in plans_of(lambda: list_page(alice, {"view": "closed", "q": text})):  # noqa: B023
                assert most_read(plan) <= LOOKED_AT + 50, text
