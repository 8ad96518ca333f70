"""Tops for pongs: one query for all that ask at the same moment, each gets its own."""

import asyncio

import pytest

from chat import tops as tops_module
from chat.tops import tops_of
from tests.hot.conftest import add


@pytest.fixture
def queries(monkeypatch):
    """The brands and ids that PostgreSQL was asked for."""
    asked = []
    find = tops_module.find_known

    def watch(ids):
        asked.append(set(ids))
        return find(ids)

    monkeypatch.setattr(tops_module, "find_known", watch)
    return asked


async def test_many_connections_cost_one_query(acme, conversations, queries):
    answers = await asyncio.gather(*(tops_of(acme, [conversation.pk]) for conversation in conversations * 20))
    assert answers == [{str(conversation.pk): 1} for conversation in conversations] * 20
    assert queries == [{conversation.pk for conversation in conversations}]


async def test_each_brand_is_asked_for_its_own(acme, globex, conversation, globex_conversation, queries):
    both = [conversation.pk, globex_conversation.pk]
    ours, theirs = await asyncio.gather(tops_of(acme, both), tops_of(globex, both))
    assert list(ours) == [str(conversation.pk)]
    assert list(theirs) == [str(globex_conversation.pk)]
    assert len(queries) == 2


async def test_what_was_written_before_the_question_is_in_the_answer(acme, conversation):
    first = asyncio.create_task(tops_of(acme, [conversation.pk]))
    await first
    add_more = asyncio.to_thread(add, acme, conversation, "two")
    await add_more
    assert await tops_of(acme, [conversation.pk]) == {str(conversation.pk): 2}


async def test_one_that_leaves_does_not_take_the_answer_along(acme, conversation):
    leaving, staying = (asyncio.create_task(tops_of(acme, [conversation.pk])) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == {str(conversation.pk): 1}


async def test_a_failure_reaches_everybody_and_the_next_question_is_asked_anew(acme, conversation, monkeypatch):
    def fail(ids):
        raise RuntimeError("no database")

    with monkeypatch.context() as broken:
        broken.setattr(tops_module, "find_known", fail)
        answers = await asyncio.gather(
            tops_of(acme, [conversation.pk]), tops_of(acme, [conversation.pk]), return_exceptions=True
        )
    assert [type(answer) for answer in answers] == [RuntimeError, RuntimeError]
    assert await tops_of(acme, [conversation.pk]) == {str(conversation.pk): 1}


async def test_nothing_asked_is_nothing_answered(acme, queries):
    assert await tops_of(acme, []) == {}
    assert queries == []
