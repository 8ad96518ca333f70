"""Rows of the desk: told as the commit left them, whatever happens to the object or to another row meanwhile."""

import asyncio
from types import SimpleNamespace
from uuid import uuid4

from django.db import transaction

from chat.conversations import open_conversation
from chat.fanout import bus as bus_module
from chat.fanout.rows import Rows
from chat.message_log.entries import Changed
from tenants.context import in_tenant
from tests.waiting_for import until


def test_a_row_is_told_although_its_object_is_used_on(as_agent, alice, acme, vera, now):
    """Reloading drops what was loaded with the conversation, and at the commit the brand may have been left."""
    desk = as_agent(alice, acme)
    with transaction.atomic(), in_tenant(acme):
        conversation = open_conversation(vera, now=now)
        conversation.refresh_from_db()
        conversation.status = "closed"
    told = desk.find(lambda frame: any(is_told(row, conversation) for row in frame["data"].get("rows", [])))
    told = next(row for row in told["data"]["rows"] if is_told(row, conversation))
    assert (told["id"], told["status"], told["visitor"]["name"]) == (str(conversation.pk), "waiting", "Vera")


def is_told(row, conversation):
    """What earlier tests had started may still tell of rows of its own."""
    return row["id"] == str(conversation.pk)


async def test_what_was_gathered_is_told_before_the_process_ends():
    """Nobody else would: a list elsewhere would show the row as it was until the conversation changes again."""
    current, brand = bus_module.Bus(asyncio.get_running_loop()), SimpleNamespace(pk=uuid4())
    told = []
    for number in range(70):
        changed = Changed(uuid4(), uuid4(), (1, 0, 0), False, False, lambda number=number: {"id": number})
        current.rows.add(brand, changed, lambda _brand, frame: told.extend(frame["data"]["rows"]))
    await current.finish()
    assert [row["id"] for row in told] == list(range(70))
    await until(lambda: not current.rows._waiting)
    assert len(told) == 70


async def test_a_row_that_fails_keeps_no_other_from_being_told():
    def fails():
        raise LookupError

    def changed(row):
        return Changed(uuid4(), uuid4(), (1, 0, 0), False, False, row)

    loop, brand = asyncio.get_running_loop(), SimpleNamespace(pk=uuid4())
    told, failed = loop.create_future(), loop.create_future()
    loop.set_exception_handler(lambda _loop, context: failed.set_result(context["exception"]))
    rows = Rows()
    rows.add(brand, changed(fails), lambda _brand, frame: told.set_result(frame))
    assert isinstance(await asyncio.wait_for(failed, 10), LookupError)
    rows.add(brand, changed(lambda: {"id": "second"}), lambda _brand, frame: told.set_result(frame))
    assert (await asyncio.wait_for(told, 10))["data"]["rows"] == [{"id": "second"}]
