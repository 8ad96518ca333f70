"""What is asked for by time is found, whether anything happened in the conversation or not."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction

from agents.assignments import take_conversation
from agents.authors import author_of
from agents.models import Queue
from agents.queues import delete_queue
from agents.sla import keep_promises
from agents.sla.plain import keep_plain
from agents.sla.rules import read_rules
from chat import changes
from chat.authors import SYSTEM
from chat.changes import latest_of_visitor, rows_since
from chat.consumers.poll import OVERLAP_SECONDS
from chat.conversations import close_conversation, mark_read, mark_unread, open_conversation
from chat.marks import set_priority, snooze_conversation, tag_conversation, wake_conversation
from chat.merging import merge_visitors
from chat.message_log import Draft, append_many, lock_conversation
from chat.messages import MessageDraft, post_message, post_visitor_message
from chat.models import SOON, TOUCHED, Conversation, Tag, Visitor
from chat.ratings import rate_conversation
from chat.tags import create_tag, delete_tag
from tenants.context import in_tenant
from tenants.ids import new_id
from tests.plans import indexes, plans_of, scanned
from tests.threads import until_somebody_waits

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def tag(acme):
    with in_tenant(acme):
        made = Tag.objects.create(name=f"tag {uuid4()}")
    yield made
    with in_tenant(acme):
        made.delete()


@pytest.fixture
def asked(acme, vera, alice, now):
    """An hour ago Vera asked and Alice answered."""
    with in_tenant(acme):
        say(vera, now - HOUR)
        conversation = Conversation.objects.get()
        take_conversation(conversation.pk, agent=alice, now=now - HOUR)
        draft = MessageDraft(uuid4(), text="Hello!")
        post_message(conversation.pk, author=author_of(alice), draft=draft, now=now - HOUR)
        return Conversation.objects.get()


def say(visitor, now):
    draft = MessageDraft(uuid4(), text="Hello?")
    post_visitor_message(visitor, conversation_id=None, widget=None, draft=draft, now=now)


def changed(since):
    """The rows that somebody learns who asked last at `since`, by id."""
    return {row["id"]: row for frame in rows_since(since.timestamp()) for row in frame["data"]["rows"]}


def test_what_puts_a_conversation_in_order_is_found_and_moves_it_nowhere(acme, alice, asked, tag, now):
    by = author_of(alice)
    marks = {
        "tags": lambda at: tag_conversation(asked.pk, add=[tag.pk], by=by, now=at),
        "priority": lambda at: set_priority(asked.pk, 4, by=by, now=at),
        "snoozed_until_ts": lambda at: snooze_conversation(asked.pk, at + HOUR, by=by, now=at),
        "unread": lambda at: mark_unread(asked.pk, at),
    }
    with in_tenant(acme):
        known = changed(now - 2 * HOUR)[str(asked.pk)]
        for number, (name, mark) in enumerate(marks.items()):
            at = now + number * SECOND
            assert changed(at - SECOND / 2) == {}, name
            mark(at)
            row = changed(at - SECOND / 2)[str(asked.pk)]
            assert row[name] != known[name]
            assert row["active_ts"] == known["active_ts"], name
        # A colleague looks at it.
        mark_read(asked.pk, reader="agent", seq=row["top"], now=now + HOUR)
        assert changed(now + HOUR - SECOND)[str(asked.pk)]["unread"] == 0
        # What the visitor has read is told by a hint and by the next row: no write on top for each message.
        mark_read(asked.pk, reader="visitor", seq=row["top"], now=now + 2 * HOUR)
        assert changed(now + 2 * HOUR - SECOND) == {}


def test_waking_and_rating_are_activity(acme, vera, alice, asked, now):
    with in_tenant(acme):
        snooze_conversation(asked.pk, now + HOUR, by=author_of(alice), now=now)
        wake_conversation(asked.pk, by=author_of(alice), reason="agent", now=now + SECOND)
        assert Conversation.objects.get().active_at == now + SECOND
        rate_conversation(asked.pk, visitor=vera, score=5, now=now + 2 * SECOND)
        assert Conversation.objects.get().active_at == now + 2 * SECOND
        assert changed(now + SECOND)[str(asked.pk)]["rating"] == 5


def test_deadlines_are_found(acme, vera, asked, now):
    with in_tenant(acme):
        for keep in (keep_promises, lambda pk, at: keep_plain([pk], at, read_rules())):
            say(vera, now - HOUR)
            Conversation.objects.update(reply_due_at=None)
            keep(asked.pk, now)
            assert changed(now - SECOND)[str(asked.pk)]["reply_due_ts"] is not None
            Conversation.objects.update(touched_at=None)


def test_what_follows_a_message_at_once_is_found_by_the_message(acme, vera, asked, now):
    with in_tenant(acme):
        say(vera, now)
        top = Conversation.objects.get().last_seq
        mark_read(asked.pk, reader="agent", seq=top, now=now + SECOND)
        for keep in (keep_promises, lambda pk, at: keep_plain([pk], at, read_rules())):
            Conversation.objects.update(reply_due_at=None)
            keep(asked.pk, now + SECOND)
        assert Conversation.objects.get().touched_at is None
        # Whoever asked last right before it.
        row = changed(now + SECOND - OVERLAP_SECONDS * SECOND)[str(asked.pk)]
        assert (row["unread"], row["reply_due_ts"] is not None) == (0, True)
        assert SOON < OVERLAP_SECONDS * SECOND


def test_what_moves_to_another_visitor_or_queue_is_found(acme, alice, asked, now):
    with in_tenant(acme):
        close_conversation(asked.pk, by=SYSTEM, reason="agent", now=now - HOUR)
        target = Visitor.objects.create(name="Vero")
        merge_visitors(asked.visitor_id, target.pk, by=author_of(alice), now=now)
        row = changed(now - SECOND)[str(asked.pk)]
        assert (row["visitor"]["id"], row["active_ts"]) == (str(target.pk), int((now - HOUR).timestamp() * 1000))

        queue = Queue.objects.create(name="Sales")
        waiting = open_conversation(target, now=now)
        Conversation.objects.filter(pk=waiting.pk).update(queue_id=queue.pk, queue_name=queue.name)
        delete_queue(queue, now + HOUR)
        row = changed(now + HOUR - SECOND)[str(waiting.pk)]
        assert row["queue"]["id"] == str(Queue.objects.get(is_default=True).pk)


@pytest.mark.parametrize("what", ["queue", "tag"])
def test_deleting_waits_in_the_order_of_all_writers(acme, now, what):
    """Whoever writes to several locks them by id; in any other order the two would wait for each other."""
    low, high = new_id(), new_id()
    with in_tenant(acme):
        queue, tag = Queue.objects.create(name=f"Sales {low}"), create_tag(name=f"Sales {low}", now=now)
        for pk in (high, low):
            visitor = Visitor.objects.create(name="Vera")
            Conversation.objects.create(
                pk=pk, visitor=visitor, queue_id=queue.pk, tag_ids=[tag.pk], created_at=now, active_at=now
            )

    def delete():
        try:
            with in_tenant(acme):
                delete_queue(queue, now) if what == "queue" else delete_tag(tag.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with in_tenant(acme), transaction.atomic():
            lock_conversation(low)
            deleting = pool.submit(delete)
            until_somebody_waits()
            lock_conversation(high)
        deleting.result()
    with in_tenant(acme):
        left = Conversation.objects.filter(pk__in=[low, high])
        having = left.filter(queue_id=queue.pk) if what == "queue" else left.filter(tag_ids__contains=[tag.pk])
        assert left.count() == 2
        assert not having.exists()
        Queue.objects.filter(pk=queue.pk).delete()


def test_the_next_message_leaves_the_index_as_it_was(acme, vera, alice, asked, tag, now):
    with in_tenant(acme):
        touched = Conversation.objects.filter(TOUCHED)
        tag_conversation(asked.pk, add=[tag.pk], by=author_of(alice), now=now)
        assert touched.count() == 1
        say(vera, now + SECOND)
        assert touched.count() == 0
        assert str(asked.pk) in changed(now)
        # A tag whose request began before that message and ended after it: found by whoever looks back far enough.
        tag_conversation(asked.pk, remove=[tag.pk], by=author_of(alice), now=now)
        assert changed(now)[str(asked.pk)]["tags"] == []


def test_each_comes_once_and_what_changed_last_comes_first(acme, vera, alice, asked, tag, now, monkeypatch):
    with in_tenant(acme):
        others = [open_conversation(Visitor.objects.create(name=str(n)), now=now + n * SECOND) for n in range(3)]
        tag_conversation(asked.pk, add=[tag.pk], by=author_of(alice), now=now + 5 * SECOND)
        tag_conversation(others[0].pk, add=[tag.pk], by=author_of(alice), now=now + SECOND / 2)
        assert len(changed(now - 2 * HOUR)) == 4
        monkeypatch.setattr(changes, "MAX_ROWS", 2)
        assert list(changed(now - 2 * HOUR)) == [str(asked.pk), str(others[2].pk)]


def test_visitors_are_not_told_of_what_they_may_not_see(acme, vera, alice, asked, tag, now):
    with in_tenant(acme):
        tag_conversation(asked.pk, add=[tag.pk], by=author_of(alice), now=now)
        assert latest_of_visitor(vera.pk, (now - SECOND).timestamp(), besides=()) == []
        assert latest_of_visitor(vera.pk, (now - 2 * HOUR).timestamp(), besides=()) != []


def test_many_at_once_are_not_put_in_order(acme, asked, now):
    with in_tenant(acme), pytest.raises(ValueError, match="activity"), transaction.atomic():
        append_many({asked.pk: Draft("conversation.tagged", SYSTEM)}, {asked.pk: {}}, now)


def test_a_console_that_polls_learns_of_it_and_lists_keep_their_order(browser_as, acme, alice, asked, tag, now):
    with in_tenant(acme):
        later = open_conversation(Visitor.objects.create(name="Ann"), now=now - HOUR / 2)
    page = browser_as("alice@acme.test")
    stranger = browser_as("mallory@globex.test", host="globex.localhost")
    shown = page.get("/api/v1/agent/conversations?view=all").json()["rows"]
    since = page.get("/api/v1/agent/events").json()["ts"]
    with in_tenant(acme):
        moment = now + HOUR  # behind all that polls look back over
        tag_conversation(asked.pk, add=[tag.pk], by=author_of(alice), now=moment)
        set_priority(asked.pk, 4, by=author_of(alice), now=moment)
        snooze_conversation(asked.pk, moment + HOUR, by=author_of(alice), now=moment)
    frames = page.get(f"/api/v1/agent/events?after=&since={since}&wait=0").json()["frames"]
    rows = [row for frame in frames if frame["type"] == "conversation.updated" for row in frame["data"]["rows"]]
    (row,) = [row for row in rows if row["id"] == str(asked.pk)]
    assert (row["tags"], row["priority"], row["snoozed_until_ts"] is not None) == ([str(tag.pk)], 4, True)
    after = page.get("/api/v1/agent/conversations?view=all").json()["rows"]
    assert [one["id"] for one in shown] == [one["id"] for one in after] == [str(later.pk), str(asked.pk)]
    frames = stranger.get(f"/api/v1/agent/events?after=&since={since}&wait=0").json()["frames"]
    assert [frame for frame in frames if frame["type"] == "conversation.updated"] == []


def test_asking_reads_through_no_table(acme, now):
    with in_tenant(acme):
        visitors = Visitor.objects.bulk_create([Visitor(name="Past") for _ in range(2000)])
        Conversation.objects.bulk_create(
            Conversation(
                visitor=visitor,
                status="closed" if number % 4 else "waiting",
                active_at=now - number * SECOND,
                touched_at=now - number * SECOND / 2 if number % 9 == 0 else None,
            )
            for number, visitor in enumerate(visitors)
        )
        for ago in (10 * SECOND, HOUR):
            (plan,) = plans_of(lambda since=now - ago: rows_since(since.timestamp()))
            assert "chat_conversation" not in scanned(plan)
            assert {"closed_by_activity", "touched_conversations"} <= indexes(plan)
