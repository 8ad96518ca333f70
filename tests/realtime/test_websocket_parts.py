"""The small queue and event of an idle connection behave as asyncio's do."""

import asyncio

import pytest

from kefu_project.websocket import frame_of
from kefu_project.websocket_parts import Gate, Inbox


async def test_what_came_in_is_taken_in_order():
    inbox = Inbox()
    for number in range(3):
        inbox.put_nowait(number)
    assert [await inbox.get() for _ in range(3)] == [0, 1, 2]
    assert inbox.empty()


async def test_a_reader_waits_for_what_comes():
    inbox = Inbox()
    reading = asyncio.create_task(inbox.get())
    await asyncio.sleep(0)
    assert not reading.done()
    inbox.put_nowait("one")
    inbox.put_nowait("two")
    assert await reading == "one"
    assert await inbox.get() == "two"


async def test_a_reader_that_left_takes_nothing_along():
    inbox = Inbox()
    reading = asyncio.create_task(inbox.get())
    await asyncio.sleep(0)
    reading.cancel()
    inbox.put_nowait("one")
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert await inbox.get() == "one"


async def test_a_shut_gate_holds_everybody_until_it_opens():
    gate = Gate()
    assert await gate.wait()
    gate.clear()
    waiting = [asyncio.create_task(gate.wait()) for _ in range(2)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    assert not waiting[1].done()
    gate.set()
    assert await waiting[1]


def test_what_goes_to_many_is_framed_once():
    text = "Grüß dich, 客服 " * 20
    assert frame_of(text) is frame_of(text)
    assert frame_of(text)[4:].decode() == text
    assert frame_of("") == b"\x81\x00"
    assert frame_of(b"bytes") == b"\x82\x05bytes"
