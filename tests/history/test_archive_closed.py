"""archive_closed: what moves, what stays, how it reads afterwards."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from chat.access import get_conversation
from chat.authors import SYSTEM, Author
from chat.conversations import close_conversation, reopen_conversation
from chat.errors import ConversationClosed
from chat.hot.resuming import resume_hot
from chat.message_log import Draft, append, lock_conversation
from chat.messages import MessageDraft, post_note, post_visitor_message
from chat.models import Message
from chat.reading import read_entries, read_events
from history.archive import archive_closed, due_for_archive, fingerprint_of_archive
from history.models import ArchivedMessage, Transcript
from tenants.context import current_tenant
from tenants.ids import new_id
from tests.history.desk import NOW, Desk, pages


def test_moves_the_log_of_an_old_closed_conversation(desk: Desk) -> None:
    conversation = desk.closed()
    before = pages(conversation)

    assert archive_closed(NOW) == 1

    assert not Message.objects.filter(conversation=conversation).exists()
    assert ArchivedMessage.objects.filter(transcript=conversation.pk).count() == len(before) == 5
    fresh = get_conversation(conversation.pk)
    assert fresh.archived_at == NOW
    transcript = Transcript.objects.get(pk=conversation.pk)
    assert (transcript.synced_seq, transcript.closed_at, transcript.archived_at) == (5, conversation.closed_at, NOW)
    assert fingerprint_of_archive(conversation.pk) == (5, 1, 5, transcript.checksum)
    assert pages(conversation) == before


def test_leaves_what_is_open_young_or_archived(desk: Desk) -> None:
    desk.conversation(at=NOW - timedelta(days=90))
    young = desk.closed(days_ago=29.9)
    old = desk.closed(days_ago=30)

    assert archive_closed(NOW) == 1
    assert archive_closed(NOW + timedelta(seconds=1)) == 0
    assert get_conversation(old.pk).archived_at == NOW
    assert get_conversation(young.pk).archived_at is None


def test_moves_at_most_limit_oldest_first(desk: Desk) -> None:
    days = [40, 80, 60, 50, 70]
    made = {age: desk.closed(days_ago=age, texts=1) for age in days}

    assert archive_closed(NOW, limit=2) == 2
    assert {age for age in days if get_conversation(made[age].pk).archived_at} == {80, 70}
    assert archive_closed(NOW) == 3


POSITIONS = [{}, {"after": 0}, {"after": 2}, {"after": 9}, {"before": 1}, {"before": 4}, {"before": 99}]


@pytest.mark.parametrize("audience", ["visitor", "agent"])
def test_every_page_reads_as_before(desk: Desk, audience: str) -> None:
    conversation = desk.closed()
    agent = Author("agent", new_id(), "Alice")
    post_note(
        conversation.pk, author=agent, draft=MessageDraft(new_id(), "text", "a note"), now=NOW - timedelta(days=39)
    )

    def read_all() -> list[list[dict[str, Any]]]:
        fresh = get_conversation(conversation.pk)
        return [
            read_events(fresh, audience=audience, limit=limit, **position)
            for limit in (1, 3, 100)
            for position in POSITIONS
        ]

    hot = read_all()
    archive_closed(NOW)
    assert read_all() == hot


def test_a_page_asked_for_before_and_read_after_the_move_is_whole(desk: Desk) -> None:
    conversation = desk.closed()
    before = pages(conversation)
    stale = get_conversation(conversation.pk)

    archive_closed(NOW)

    assert stale.archived_at is None
    assert read_events(stale, audience="agent") == before
    assert read_events(stale, audience="agent", after=2, limit=2) == before[2:4]


def test_resume_of_an_archived_conversation_asks_for_a_snapshot(desk: Desk) -> None:
    conversation = desk.closed()
    archive_closed(NOW)

    data, _found = asyncio.run(resume_hot(current_tenant(), {conversation.pk: 2}, epoch="", audience="agent"))
    answer = data["conversations"][str(conversation.pk)]
    assert answer == {"recovered": False, "top": 5, "events": []}
    data, _found = asyncio.run(resume_hot(current_tenant(), {conversation.pk: 5}, epoch="", audience="agent"))
    assert data["conversations"][str(conversation.pk)]["recovered"] is True


def test_an_archived_conversation_is_not_written_any_more(desk: Desk) -> None:
    conversation = desk.closed()
    archive_closed(NOW)
    agent = Author("agent", new_id(), "Alice")

    with pytest.raises(ConversationClosed):
        reopen_conversation(conversation.pk, by=agent, now=NOW)
    with pytest.raises(ConversationClosed):
        post_note(conversation.pk, author=agent, draft=MessageDraft(new_id(), "text", "late"), now=NOW)
    with pytest.raises(ConversationClosed), transaction.atomic():
        append(lock_conversation(conversation.pk), Draft("tag.set", SYSTEM), NOW)
    assert get_conversation(conversation.pk).last_seq == 5


def test_a_visitor_who_writes_to_an_archived_conversation_gets_a_new_one(desk: Desk) -> None:
    conversation = desk.closed()
    archive_closed(NOW)
    draft = MessageDraft(new_id(), "text", "still broken")

    posted = post_visitor_message(
        conversation.visitor, conversation_id=conversation.pk, widget=None, draft=draft, now=NOW
    )
    assert posted.message.conversation_id != conversation.pk
    assert posted.message.seq == 2


def test_a_repeated_client_id_is_recognised_after_the_move(desk: Desk) -> None:
    visitor, client_id = desk.visitor(), new_id()
    at = NOW - timedelta(days=40)
    first = desk.post(visitor, "hello", at, client_id=client_id)
    close_conversation(first.conversation_id, by=SYSTEM, reason="agent", now=at)
    archive_closed(NOW)

    draft = MessageDraft(client_id, "text", "hello")
    again = post_visitor_message(visitor, conversation_id=None, widget=None, draft=draft, now=NOW)

    assert again.duplicate
    assert (again.message.pk, again.message.seq) == (first.pk, first.seq)
    assert again.message.conversation_id == first.conversation_id


def test_a_conversation_with_a_hole_stays_and_stops_no_other(desk: Desk) -> None:
    whole = [desk.closed(days_ago=50, texts=1), desk.closed(days_ago=40, texts=1)]
    broken = desk.closed(days_ago=45)
    Message.objects.filter(conversation=broken, seq=3).delete()

    assert archive_closed(NOW) == 2

    assert Message.objects.filter(conversation=broken).count() == 4
    assert [entry.seq for entry in read_entries(broken)] == [1, 2, 4, 5]
    assert not Transcript.objects.filter(pk=broken.pk).exists()
    assert get_conversation(broken.pk).archived_at is None
    assert all(get_conversation(other.pk).archived_at for other in whole)


def test_many_broken_conversations_do_not_starve_the_rest(desk: Desk) -> None:
    for _number in range(5):
        broken = desk.closed(days_ago=60, texts=1)
        Message.objects.filter(conversation=broken, seq=2).delete()
    behind = desk.closed(days_ago=40)

    assert archive_closed(NOW, limit=1) == 1
    assert get_conversation(behind.pk).archived_at == NOW


def test_what_an_earlier_copy_left_is_written_over(desk: Desk) -> None:
    """A cold store of its own has no transaction with ours: half a copy may be there already, and may be old."""
    conversation = desk.closed()
    before = pages(conversation)
    transcript = Transcript.objects.create(
        conversation=conversation, closed_at=conversation.closed_at, archived_at=NOW, checksum="?"
    )
    first = Message.objects.get(conversation=conversation, seq=1)
    ArchivedMessage.objects.create(
        id=first.pk, transcript=transcript, seq=1, event="x", author_kind="system", visibility="public", created_at=NOW
    )

    assert archive_closed(NOW) == 1
    assert pages(conversation) == before


def test_a_copy_that_differs_is_refused(desk: Desk) -> None:
    """A row too many in the archive makes the fingerprints differ: nothing is deleted."""
    conversation = desk.closed()
    transcript = Transcript.objects.create(
        conversation=conversation, closed_at=conversation.closed_at, archived_at=NOW, checksum="?"
    )
    ArchivedMessage.objects.create(
        id=new_id(), transcript=transcript, seq=6, event="x", author_kind="system", visibility="public", created_at=NOW
    )

    assert archive_closed(NOW) == 0
    assert Message.objects.filter(conversation=conversation).count() == 5
    assert get_conversation(conversation.pk).archived_at is None


def test_finds_its_work_by_the_partial_index(desk: Desk) -> None:
    visitor = desk.visitor()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO chat_conversation (id, visitor_id, status, close_reason, queue_name, assignee_name, last_seq,"
            " last_message_preview, last_author_kind, last_author_name, unread_count, visitor_read_seq, agent_read_seq,"
            " closed_at, archived_at, created_at, active_at)"
            " SELECT gen_random_uuid(), %s, 'closed', 'idle', '', '', 1, '', '', '', 0, 0, 0, %s, %s, %s, %s"
            " FROM generate_series(1, 5000)",
            [visitor.pk, *[NOW - timedelta(days=60)] * 4],
        )
        cursor.execute("ANALYZE chat_conversation")
    plan = due_for_archive(NOW).order_by("closed_at", "pk").values_list("closed_at", "pk")[:100].explain()
    assert "to_archive" in plan
