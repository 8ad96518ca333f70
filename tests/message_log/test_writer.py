"""The group commit: what it promises is what the verbs promise, only faster."""

import asyncio
import random
import threading
from contextlib import asynccontextmanager
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from agents.assignments import take_conversation
from chat import posting
from chat.authors import Author
from chat.conversations import close_conversation, open_conversation
from chat.errors import Conflict, Overloaded
from chat.message_log import lock_conversation
from chat.message_log import writer as writer_module
from chat.message_log.breaker import FAILURES, OPEN_SECONDS, Breaker
from chat.message_log.entries import NeedsVerb
from chat.message_log.writer import writer
from chat.messages import MessageDraft, post_message, post_note
from chat.models import Conversation, Message, Visitor
from chat.posting import make_entry, send
from tenants.context import in_tenant, run_in_tenant
from tests.waiting_for import until, wait_until

COLUMNS = [
    "last_seq",
    "last_message_preview",
    "last_author_kind",
    "last_author_name",
    "unread_count",
    "visitor_read_seq",
    "agent_read_seq",
]


@pytest.fixture(autouse=True)
async def flushed():
    yield
    await writer().flush()


def draft(text="Hello", client_id=None):
    return MessageDraft(client_id or uuid4(), text=text)


def is_writing(tenant):
    lane = writer()._lanes.get(tenant.pk)
    return lane is not None and lane.task is not None and not lane.waiting


async def never():
    raise AssertionError("the verb was asked")


async def say(tenant, conversation, author, text="Hello", *, client_id=None, visibility="public", otherwise=never):
    return await send(
        tenant,
        conversation.pk,
        author=author,
        draft=draft(text, client_id),
        visibility=visibility,
        now=timezone.now(),
        otherwise=otherwise,
    )


@pytest.fixture
def conversations(acme, now):
    with in_tenant(acme):
        return [open_conversation(Visitor.objects.create(name=f"V{n}"), now=now) for n in range(20)]


def log_of(tenant, conversation):
    with in_tenant(tenant):
        return list(Message.objects.filter(conversation=conversation).order_by("seq"))


async def test_many_at_once_are_all_there_in_order_without_holes(acme, conversations):
    async def chatter(conversation):
        author = Author.of_visitor(conversation.visitor)
        return [(await say(acme, conversation, author, f"{n}")).message for n in range(15)]

    sent = await asyncio.gather(*(chatter(conversation) for conversation in conversations for _ in range(2)))
    for number, conversation in enumerate(conversations):
        stored = await run_in_tenant(acme, log_of, acme, conversation)
        assert [row.seq for row in stored] == list(range(1, 32))
        acknowledged = {message.pk: message.seq for message in sent[2 * number] + sent[2 * number + 1]}
        assert acknowledged == {row.pk: row.seq for row in stored[1:]}
        for messages in sent[2 * number : 2 * number + 2]:
            assert [m.seq for m in messages] == sorted(m.seq for m in messages)


async def test_batches_form_under_load(acme, conversations):
    before = writer_module.batch_size._sum.get()
    commits = sum(bucket.get() for bucket in writer_module.batch_size._buckets)
    await asyncio.gather(*(say(acme, c, Author.of_visitor(c.visitor)) for c in conversations for _ in range(10)))
    messages = writer_module.batch_size._sum.get() - before
    commits = sum(bucket.get() for bucket in writer_module.batch_size._buckets) - commits
    assert messages == 200
    assert commits < 50


async def test_a_repeated_client_id_gets_the_first_answer_also_in_the_same_batch(acme, conversations):
    conversation, key = conversations[0], uuid4()
    author = Author.of_visitor(conversation.visitor)
    posted = await asyncio.gather(*(say(acme, conversation, author, client_id=key) for _ in range(12)))
    assert {p.message.seq for p in posted} == {2}
    assert sorted(p.duplicate for p in posted) == [False] + [True] * 11
    with pytest.raises(Conflict):
        await say(acme, conversation, author, "Other", client_id=key)


async def test_verbs_and_group_commit_together_leave_no_hole(acme, conversations):
    conversation = conversations[0]
    author = Author.of_visitor(conversation.visitor)
    keys = [uuid4() for _ in range(40)]

    def by_verb(key):
        return post_message(conversation.pk, author=author, draft=draft(client_id=key), now=timezone.now())

    both = [run_in_tenant(acme, by_verb, key) for key in keys] + [
        say(acme, conversation, author, client_id=key) for key in keys
    ]
    random.shuffle(both)
    posted = await asyncio.gather(*both)
    stored = await run_in_tenant(acme, log_of, acme, conversation)
    assert [row.seq for row in stored] == list(range(1, 42))
    assert sum(not p.duplicate for p in posted) == 40


async def test_what_it_may_not_do_it_hands_to_the_verb(acme, globex, globex_conversation, conversations, alice, now):
    mine, anothers = conversations[0], conversations[1]
    author = Author.of_visitor(mine.visitor)

    def close():
        return close_conversation(mine.pk, by=author, reason="visitor", now=now)

    cases = [(anothers, author), (globex_conversation, author), (mine, Author("agent", alice.pk, "Alice"))]
    for conversation, who in cases:
        entry = make_entry(conversation.pk, who, draft(), "public", now)
        result, _ = await writer().write(acme, entry)
        assert isinstance(result, NeedsVerb)
    await run_in_tenant(acme, close)
    result, _ = await writer().write(acme, make_entry(mine.pk, author, draft(), "public", now))
    assert isinstance(result, NeedsVerb)
    assert len(await run_in_tenant(acme, log_of, acme, anothers)) == 1


async def test_one_bad_message_fails_alone(acme, conversations, now):
    entries = [make_entry(c.pk, Author.of_visitor(c.visitor), draft(), "public", now) for c in conversations]
    entries[3].body["text"] = "a\x00b"
    results = await asyncio.gather(*(writer().write(acme, entry) for entry in entries), return_exceptions=True)
    failed = [number for number, result in enumerate(results) if isinstance(result, Exception)]
    assert failed == [3]
    assert isinstance(results[3], psycopg.Error)


def story(seed):
    rng = random.Random(seed)
    return [rng.choice(["visitor", "agent", "note"]) for _ in range(rng.randint(1, 12))]


@pytest.mark.parametrize("seed", range(12))
async def test_log_and_columns_are_as_the_verbs_leave_them(acme, alice, now, seed):
    agent = Author("agent", alice.pk, "Alice")

    def prepare():
        conversation = open_conversation(Visitor.objects.create(name="Vera"), now=now)
        take_conversation(conversation.pk, agent=alice, now=now)
        return Conversation.objects.select_related("visitor").get(pk=conversation.pk)

    by_log, by_verb = await run_in_tenant(acme, prepare), await run_in_tenant(acme, prepare)
    writes = []
    for number, kind in enumerate(story(seed)):
        text = f"{kind} {number}"
        who = agent if kind != "visitor" else None
        visibility = "note" if kind == "note" else "public"
        writes.append(say(acme, by_log, who or Author.of_visitor(by_log.visitor), text, visibility=visibility))
        verb = post_note if kind == "note" else post_message
        author = who or Author.of_visitor(by_verb.visitor)
        await run_in_tenant(acme, verb, by_verb.pk, author=author, draft=draft(text), now=now)
    await asyncio.gather(*writes)

    def columns(conversation):
        fresh = Conversation.objects.get(pk=conversation.pk)
        return [getattr(fresh, column) for column in COLUMNS] + [fresh.first_reply_at is None]

    assert await run_in_tenant(acme, columns, by_log) == await run_in_tenant(acme, columns, by_verb)


async def test_a_full_queue_is_told_when_to_try_again(acme, conversations, monkeypatch):
    monkeypatch.setattr(writer_module, "MAX_WAITING", 5)
    author = Author.of_visitor(conversations[0].visitor)
    results = await asyncio.gather(*(say(acme, conversations[0], author) for _ in range(30)), return_exceptions=True)
    refused = [result for result in results if isinstance(result, Overloaded)]
    assert len(refused) == 25
    assert all(refusal.retry_after for refusal in refused)
    assert len(await run_in_tenant(acme, log_of, acme, conversations[0])) == 6


async def test_a_database_that_does_not_answer_is_left_alone_for_a_while(acme, conversations, settings):
    await writer().flush()
    settings.DATABASE_URL = "postgres://nobody@127.0.0.1:1/nothing?connect_timeout=1"
    writer_module._writer = None
    author = Author.of_visitor(conversations[0].visitor)
    writer_module.writer()._connections.seconds = 0.5
    for _ in range(FAILURES):
        with pytest.raises(Overloaded):
            await say(acme, conversations[0], author)
    before = writer_module.refused.labels("breaker")._value.get()
    with pytest.raises(Overloaded):
        await say(acme, conversations[0], author)
    assert writer_module.refused.labels("breaker")._value.get() == before + 1


@asynccontextmanager
async def locked(tenant, conversation):
    """Somebody's long transaction holds the conversation."""
    held, over = threading.Event(), threading.Event()

    def hold():
        try:
            with in_tenant(tenant), transaction.atomic():
                lock_conversation(conversation.pk)
                held.set()
                over.wait(30)
        finally:
            connection.close()

    holder = asyncio.create_task(asyncio.to_thread(hold))
    await asyncio.to_thread(held.wait, 10)
    try:
        yield
    finally:
        over.set()
        await holder


async def test_a_brand_that_stands_still_keeps_no_other_from_writing(
    acme, globex, globex_conversation, conversations, monkeypatch
):
    monkeypatch.setattr(writer_module, "MAX_WAITING_EACH", 10)
    author, theirs = Author.of_visitor(conversations[0].visitor), Author.of_visitor(globex_conversation.visitor)
    async with locked(acme, conversations[0]):
        ours = [asyncio.create_task(say(acme, conversations[0], author)) for _ in range(30)]
        await asyncio.sleep(0)
        assert (await say(globex, globex_conversation, theirs)).message.seq
    answers = await asyncio.gather(*ours, return_exceptions=True)
    assert 20 >= sum(isinstance(answer, Overloaded) for answer in answers) >= 10
    assert sum(hasattr(answer, "message") for answer in answers) >= 10


async def test_the_breaker_of_one_brand_is_not_the_others(
    acme, globex, globex_conversation, conversations, monkeypatch
):
    writer()  # its connections keep their own limit
    monkeypatch.setattr(writer_module, "BATCH_SECONDS", 0.2)
    author, theirs = Author.of_visitor(conversations[0].visitor), Author.of_visitor(globex_conversation.visitor)
    before = writer_module.refused.labels("breaker")._value.get()
    async with locked(acme, conversations[0]):
        for _ in range(FAILURES + 1):
            with pytest.raises(Overloaded):
                await say(acme, conversations[0], author)
        assert writer_module.refused.labels("breaker")._value.get() == before + 1
        monkeypatch.setattr(writer_module, "BATCH_SECONDS", 15.0)
        assert (await say(globex, globex_conversation, theirs)).message.seq


WAITS_FOR_A_LOCK = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%append_%'"


def nobody_waits_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute(WAITS_FOR_A_LOCK)
        return cursor.fetchone()[0] == 0


async def test_what_was_given_up_is_not_written_later(acme, conversations, monkeypatch):
    """When its time has passed, no poll looks back so far, and nobody would be told of it."""
    monkeypatch.setattr(writer_module, "BATCH_SECONDS", 0.5)
    writer_module._writer = None
    author = Author.of_visitor(conversations[0].visitor)
    before = len(await run_in_tenant(acme, log_of, acme, conversations[0]))
    async with locked(acme, conversations[0]):
        with pytest.raises(Overloaded):
            await say(acme, conversations[0], author)
        await run_in_tenant(acme, wait_until, nobody_waits_for_a_lock, 10)
    assert len(await run_in_tenant(acme, log_of, acme, conversations[0])) == before


async def test_what_is_written_is_told_though_its_sender_was_cut_off(acme, conversations, monkeypatch):
    told = []
    monkeypatch.setattr(posting, "publish_entry", lambda _tenant, _conversation, row: told.append(row))
    author = Author.of_visitor(conversations[0].visitor)
    async with locked(acme, conversations[0]):
        sender = asyncio.create_task(say(acme, conversations[0], author, "Last words"))
        await until(lambda: is_writing(acme))
        sender.cancel()
        await asyncio.gather(sender, return_exceptions=True)
    await writer().flush()
    assert [row.body["text"] for row in told] == ["Last words"]


async def test_what_cannot_be_told_is_acknowledged(acme, conversations, monkeypatch):
    def fails(*_args):
        raise LookupError

    monkeypatch.setattr(posting, "publish_entry", fails)
    assert (await say(acme, conversations[0], Author.of_visitor(conversations[0].visitor))).message.seq


async def test_the_end_of_a_process_waits_for_what_can_be_written_only(acme, conversations, monkeypatch):
    monkeypatch.setattr(writer_module, "FLUSH_SECONDS", 0.2)
    author = Author.of_visitor(conversations[0].visitor)
    async with locked(acme, conversations[0]):
        stuck = asyncio.create_task(say(acme, conversations[0], author))
        await until(lambda: is_writing(acme))
        async with asyncio.timeout(5):
            await writer().flush()
        assert not stuck.done() or isinstance(stuck.exception(), Overloaded)
    await asyncio.gather(stuck, return_exceptions=True)


def test_the_breaker_lets_one_try_after_its_time():
    breaker = Breaker()
    for _ in range(FAILURES):
        assert breaker.lets_through(0.0)
        breaker.note_failure(0.0)
    assert not breaker.lets_through(OPEN_SECONDS - 0.1)
    assert breaker.lets_through(OPEN_SECONDS)
    assert not breaker.lets_through(OPEN_SECONDS)
    breaker.note_success()
    assert breaker.lets_through(OPEN_SECONDS)
