"""Hot history: what it serves is exactly what PostgreSQL holds, or nothing."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

import chat.hot as hot
from chat.access import find_known_of_visitor
from chat.authors import Author
from chat.hot import resuming
from chat.hot import spans as spans_module
from chat.hot.reading import reads
from chat.hot.refill import Refill, forget, refill_now
from chat.hot.resuming import events_in, resume_hot
from chat.hot.writing import HotWriter, dropped
from chat.keys import hot_key
from chat.message_log import Draft, append, lock_conversation
from chat.models import Conversation, Message
from chat.reading import read_events as read_page
from chat.redis_clients import redis_client
from tenants.context import in_tenant, run_in_tenant
from tests.hot.conftest import add, flush, keep
from tests.hot.reference import resume


async def read(tenant, conversation, position, top, audience="agent"):
    return (await hot.read_events(tenant, {conversation.pk: (position, top)}, audience)).get(conversation.pk)


async def more(tenant, conversation, *texts, **options):
    return await run_in_tenant(tenant, add, tenant, conversation, *texts, **options)


# ---- what is served ----


async def test_what_was_noted_is_read_in_order(acme, conversation):
    events = await more(acme, conversation, "one", "two", "three")
    await keep(acme, conversation, events)
    assert await read(acme, conversation, 1, 4) == [agent for _, _, agent in events]
    assert await read(acme, conversation, 2, 4, "visitor") == [visitor for _, visitor, _ in events[1:]]


async def test_a_visitor_never_gets_the_bytes_of_a_note(acme, conversation):
    events = await more(acme, conversation, "secret", event="note.created", visibility="note")
    await keep(acme, conversation, events)
    [visible] = await read(acme, conversation, 1, 2, "visitor")
    assert b"secret" not in visible
    [full] = await read(acme, conversation, 1, 2)
    assert b"secret" in full


@pytest.mark.parametrize("lost", [0, 1, 2])
async def test_with_a_gap_at_any_place_nothing_is_served(acme, conversation, lost):
    events = await more(acme, conversation, "one", "two", "three")
    await keep(acme, conversation, [event for n, event in enumerate(events) if n != lost])
    assert await read(acme, conversation, 1, 4) is None


async def test_two_rows_under_one_seq_do_not_fill_a_gap(acme, conversation):
    events = await more(acme, conversation, "one", "two", "three")
    await keep(acme, conversation, [events[0], (2, b'{"other":2}', b'{"other":2}'), events[2]])
    assert await read(acme, conversation, 1, 4) is None


async def test_a_top_that_redis_has_not_heard_of_yet_is_a_miss(acme, conversation):
    await keep(acme, conversation, await more(acme, conversation, "one"))
    await more(acme, conversation, "two")
    assert await read(acme, conversation, 1, 3) is None


async def test_writers_in_the_wrong_order_give_the_right_one(acme, conversation):
    events = await more(acme, conversation, "one", "two", "three", "four")
    for event in (events[3], events[0], events[2], events[1]):
        await keep(acme, conversation, [event])
    assert await read(acme, conversation, 1, 5) == [agent for _, _, agent in events]


async def test_two_processes_write_one_history(acme, conversation):
    events = await more(acme, conversation, "one", "two", "three", "four")
    await keep(acme, conversation, events[::2])
    script = (
        "import asyncio, sys, json, django; django.setup()\n"
        "import chat.hot as hot\nfrom uuid import UUID\nfrom tenants.models import Tenant\n"
        "given = json.loads(sys.stdin.read())\n"
        "tenant = Tenant(pk=UUID(given['tenant']), epoch=UUID(given['epoch']))\n"
        "async def main():\n"
        "    for seq, visitor, agent in given['events']:\n"
        "        hot.note_event(tenant, UUID(given['conversation']), seq, visitor.encode(), agent.encode())\n"
        "    await hot.close()\n"
        "asyncio.run(main())\n"
    )
    given = {
        "tenant": str(acme.pk),
        "epoch": str(acme.epoch),
        "conversation": str(conversation.pk),
        "events": [(seq, visitor.decode(), agent.decode()) for seq, visitor, agent in events[1::2]],
    }
    command = [sys.executable, "-c", script]
    await asyncio.to_thread(subprocess.run, command, input=json.dumps(given), text=True, check=True)
    assert await read(acme, conversation, 1, 5) == [agent for _, _, agent in events]


async def test_a_flush_in_between_is_a_miss_and_later_events_are_served(acme, conversation):
    await keep(acme, conversation, await more(acme, conversation, "one", "two"))
    redis_client().delete(hot_key(acme, conversation.pk, "agent"))
    later = await more(acme, conversation, "three")
    await keep(acme, conversation, later)
    assert await read(acme, conversation, 1, 4) is None
    assert await read(acme, conversation, 3, 4) == [later[0][2]]


# ---- bounds ----


async def test_only_the_last_sixty_stay_and_they_end(acme, conversation):
    events = [(seq, b'{"v":%d}' % seq, b'{"a":%d}' % seq) for seq in range(1, 101)]
    await keep(acme, conversation, events)
    key = hot_key(acme, conversation.pk, "agent")
    assert redis_client().zcard(key) == spans_module.KEEP_EVENTS
    assert 0 < redis_client().ttl(key) <= spans_module.KEEP_SECONDS
    assert len(await read(acme, conversation, 40, 100)) == 60
    assert await read(acme, conversation, 39, 100) is None


async def test_a_huge_event_is_left_out(acme, conversation):
    huge = b'{"text":"' + b"x" * spans_module.MAX_EVENT_BYTES + b'"}'
    await keep(acme, conversation, [(1, huge, huge)])
    assert await read(acme, conversation, 0, 1) is None


async def test_what_waits_is_bounded(acme, conversation, monkeypatch):
    monkeypatch.setattr("chat.hot.writing.MAX_WAITING_BYTES", 100)
    before = dropped.labels("queue_full")._value.get()
    await keep(acme, conversation, [(seq, b"v" * 20, b"a" * 20) for seq in range(1, 6)])
    assert dropped.labels("queue_full")._value.get() - before == 3
    assert HotWriter()._task is None


async def test_a_full_batch_does_not_wait_for_more(acme, conversation, monkeypatch):
    """One batch per moment would be a ceiling of 2 000 events a second."""
    monkeypatch.setattr("chat.hot.writing.MAX_BATCH", 10)
    monkeypatch.setattr("chat.hot.writing.MOMENT_SECONDS", 3600)
    events = [(seq, b'{"v":%d}' % seq, b'{"a":%d}' % seq) for seq in range(1, 31)]
    for event in events:
        hot.note_event(acme, conversation.pk, *event)
    await asyncio.wait_for(flush(), 60)
    assert len(await read(acme, conversation, 0, 30)) == 30


# ---- edits, recalls, forgetting ----


@pytest.mark.parametrize("rewriting", sorted(spans_module.REWRITING_EVENTS))
async def test_a_span_across_an_edit_is_never_served_even_if_nobody_forgot(acme, conversation, rewriting):
    """Redis may have been away when it should have forgotten."""
    events = await more(acme, conversation, "old text")
    events += await more(acme, conversation, "new text", event=rewriting)
    events += await more(acme, conversation, "later")
    await keep(acme, conversation, events)
    assert await read(acme, conversation, 1, 4) is None
    assert await read(acme, conversation, 3, 4) == [events[2][2]]


async def test_forgetting_happens_after_the_commit(acme, conversation):
    await keep(acme, conversation, await more(acme, conversation, "one"))

    def change():
        with transaction.atomic():
            forget(acme, conversation.pk)
            return redis_client().zcard(hot_key(acme, conversation.pk, "agent"))

    # (The conversation's opening may be there too: it was announced.)
    assert await run_in_tenant(acme, change) >= 1
    assert await read(acme, conversation, 1, 2) is None


async def test_a_refill_that_began_before_forgetting_writes_nothing(acme, conversation):
    [event] = await more(acme, conversation, "old text")
    generations = await hot.read_generations(acme, [conversation.pk])
    await run_in_tenant(acme, forget, acme, conversation.pk)
    for refill in (hot.refill_events, refill_now):
        refill(Refill(acme, conversation.pk, "agent", generations[conversation.pk], [(event[0], event[2])]))
        await flush()
        assert await read(acme, conversation, 1, 2) is None
    generations = await hot.read_generations(acme, [conversation.pk])
    refill_now(Refill(acme, conversation.pk, "agent", generations[conversation.pk], [(event[0], event[2])]))
    assert await read(acme, conversation, 1, 2) == [event[2]]


async def test_a_refill_replaces_what_stood_there(acme, conversation):
    [event] = await more(acme, conversation, "one")
    await keep(acme, conversation, [(2, b'{"v":"odd"}', b'{"a":"odd"}')])
    hot.refill_events(Refill(acme, conversation.pk, "agent", b"0", [(2, event[2])]))
    await flush()
    assert await read(acme, conversation, 1, 2) == [event[2]]


# ---- resume ----


async def test_resume_answers_the_same_hot_and_cold(acme, conversations, globex_conversation):
    """Some from Redis, some from PostgreSQL, one of another brand: the same answer as without Redis."""
    for n, conversation in enumerate(conversations):
        events = await more(acme, conversation, *(f"text {m}" for m in range(n)))
        await keep(acme, conversation, events if n % 2 else events[1:])
    positions = {conversation.pk: 1 for conversation in conversations} | {globex_conversation.pk: 0}
    for _ in ("with gaps", "after the refill"):
        data, known = await resume_hot(acme, positions, epoch=str(acme.epoch), audience="agent")
        expected, found = await run_in_tenant(acme, resume, positions, epoch=str(acme.epoch), audience="agent")
        assert json.loads(hot_encode(data)) == json.loads(hot_encode(expected))
        assert {pk: row.visitor_id for pk, row in known.items()} == {pk: row.visitor_id for pk, row in found.items()}
        await flush()


def hot_encode(data):
    from chat.fanout import encode_frame

    return encode_frame(data)


async def test_after_a_miss_postgresql_is_not_asked_for_events_again(acme, conversation, monkeypatch):
    await more(acme, conversation, "one", "two")
    spans = {conversation.pk: (1, 3)}
    first = await events_in(acme, spans, "visitor")
    await flush()
    monkeypatch.setattr("chat.hot.resuming._read_rows", None)
    assert await events_in(acme, spans, "visitor") == first


async def test_a_visitor_resumes_only_its_own(acme, conversation, conversations):
    positions = {conversation.pk: 0, conversations[0].pk: 0}
    find = partial(find_known_of_visitor, conversation.visitor_id)
    data, known = await resume_hot(acme, positions, epoch="", audience="visitor", find=find)
    assert list(known) == [conversation.pk]
    assert data["conversations"][str(conversations[0].pk)]["error"] == "not_found"


async def test_what_is_too_much_for_one_answer_is_loaded_as_a_page(acme, conversations, monkeypatch):
    """The smallest are told whole; a client that asks and never reads holds no more of our memory than that."""
    monkeypatch.setattr(resuming, "MAX_RESUME_BYTES", 5_000)
    for n, conversation in enumerate(conversations[:3]):
        await more(acme, conversation, "long " * 300 * (3 - n))
    positions = {conversation.pk: 0 for conversation in conversations[:3]}
    data, _ = await resume_hot(acme, positions, epoch="", audience="agent")
    answers = [data["conversations"][str(pk)] for pk in positions]
    assert [(one["recovered"], len(one["events"])) for one in answers] == [(False, 0), (False, 0), (True, 2)]
    assert {one["top"] for one in answers} == {2}


async def test_another_epoch_gets_snapshots_and_other_keys(acme, conversation):
    data, _ = await resume_hot(acme, {conversation.pk: 0}, epoch="00000000", audience="agent")
    assert data["conversations"][str(conversation.pk)] == {"recovered": False, "top": 1, "events": []}
    restored = type(acme)(pk=acme.pk, slug=acme.slug)
    assert hot_key(restored, conversation.pk, "agent") != hot_key(acme, conversation.pk, "agent")


async def test_resume_shows_a_message_as_it_is_after_an_edit(acme, conversation):
    """The old bytes are still in Redis: nobody gets them."""
    await keep(acme, conversation, await more(acme, conversation, "old text"))

    def edit():
        with in_tenant(acme):
            Message.objects.filter(conversation=conversation, seq=2).update(body={"kind": "text", "text": "new text"})

    await run_in_tenant(acme, edit)
    await keep(acme, conversation, await more(acme, conversation, "new text", event="message.edited"))
    for _ in range(2):
        data, _ = await resume_hot(acme, {conversation.pk: 1}, epoch="", audience="visitor")
        texts = [
            e["data"]["text"] for e in json.loads(hot_encode(data))["conversations"][str(conversation.pk)]["events"]
        ]
        assert texts == ["new text", "new text"]
        await flush()


# ---- the last page, for synchronous code ----


def page(tenant, conversation, audience="visitor"):
    with in_tenant(tenant):
        return read_page(Conversation.objects.get(pk=conversation.pk), audience=audience)


async def test_the_last_page_is_the_same_hot_and_cold(acme, conversation):
    await more(acme, conversation, *(f"text {n}" for n in range(70)))
    cold = await run_in_tenant(acme, page, acme, conversation)
    assert [frame["seq"] for frame in cold] == list(range(22, 72))
    assert redis_client().zcard(hot_key(acme, conversation.pk, "visitor")) >= 50
    hits = reads.labels("hit")._value.get()
    assert await run_in_tenant(acme, page, acme, conversation) == cold
    assert reads.labels("hit")._value.get() == hits + 1


async def test_rows_that_are_not_committed_are_not_kept(acme, conversation):
    def look_inside():
        with transaction.atomic():
            locked = lock_conversation(conversation.pk)
            append(locked, Draft("message.created", Author.of_visitor(locked.visitor), {"text": "?"}), timezone.now())
            frames = read_page(locked, audience="agent")
            transaction.set_rollback(True)
        return frames

    assert len(await run_in_tenant(acme, look_inside)) == 2
    assert redis_client().zcount(hot_key(acme, conversation.pk, "agent"), 2, "+inf") == 0


# ---- another brand, and Redis away ----


async def test_another_brands_keys_are_never_touched(acme, globex, conversation):
    """The same conversation id under another brand is another key."""
    await keep(acme, conversation, await more(acme, conversation, "ours"))
    assert await read(globex, conversation, 1, 2) is None
    await run_in_tenant(globex, forget, globex, conversation.pk)
    hot.refill_events(Refill(globex, conversation.pk, "agent", b"1", [(2, b'{"theirs":1}')]))
    await flush()
    assert await read(acme, conversation, 1, 2) is not None
    keys = [key.decode() for key in redis_client().scan_iter("kf:b.*.hot.*")]
    assert {key.split(".")[1] for key in keys} == {acme.pk.hex, globex.pk.hex}


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
async def test_without_redis_everything_is_answered_from_postgresql(acme, conversation, valkey, how):
    await keep(acme, conversation, await more(acme, conversation, "one"))
    assert await read(acme, conversation, 1, 2) is not None
    assert redis_client().ping()
    os.kill(valkey.child.pid, how)
    try:
        events = await more(acme, conversation, "two", "three")
        await keep(acme, conversation, events)
        data, _ = await resume_hot(acme, {conversation.pk: 1}, epoch="", audience="agent")
        assert len(data["conversations"][str(conversation.pk)]["events"]) == 3
        await run_in_tenant(acme, forget, acme, conversation.pk)
        assert hot.read_events_now(acme, conversation.pk, (1, 2), "agent") is None
    finally:
        if how is signal.SIGSTOP:
            os.kill(valkey.child.pid, signal.SIGCONT)
