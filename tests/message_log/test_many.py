"""Rows for many conversations at once."""

import pytest
from django.db import transaction
from msgspec import Raw

from chat.authors import SYSTEM
from chat.conversations import close_conversation, open_conversation
from chat.message_log import Draft, append_many
from chat.models import Conversation, Message, Visitor
from tenants.context import in_tenant

EVENT = "conversation.transferred"


@pytest.fixture
def two(acme, now):
    with in_tenant(acme):
        yield [open_conversation(Visitor.objects.create(name=name), now=now) for name in ("Vera", "Vic")]


def write(conversations, now, *, event=EVENT, **columns):
    bodies = [{"text": 'a "quoted"\ttab \\ and\nline', "raw": Raw(b'{"n": 1}')}, {"text": "喂"}]
    drafts = {
        one.pk: Draft(event, SYSTEM, body, visibility="note")
        for one, body in zip(conversations, bodies, strict=True)
    }  # fmt: skip
    with transaction.atomic():
        return append_many(drafts, {one.pk: columns for one in conversations}, now)


def test_rows_columns_and_what_comes_back(two, now):
    close_conversation(two[0].pk, by=SYSTEM, reason="agent", now=now)
    returned = {changed.pk: (changed, row) for changed, row in write(two, now, priority=4, snoozed_until=now)}
    for one, seq, text in zip(two, (3, 2), ('a "quoted"\ttab \\ and\nline', "喂"), strict=True):
        entry = Message.objects.get(conversation=one, event=EVENT)
        assert (entry.seq, entry.visibility, entry.author_kind, entry.created_at) == (seq, "note", "system", now)
        assert entry.body["text"] == text
        row = Conversation.objects.get(pk=one.pk)
        assert (row.last_seq, row.active_at, row.priority, row.snoozed_until) == (seq, now, 4, now)
        changed, added = returned[one.pk]
        assert (added.pk, added.seq) == (entry.pk, seq)
        assert (changed.visitor_id, changed.version[0]) == (one.visitor_id, seq)
        assert changed.row()["visitor"]["name"] == one.visitor.name
    assert Message.objects.get(conversation=two[0], event=EVENT).body["raw"] == {"n": 1}


def test_nothing_of_it_is_written_where_one_is_archived(two, now):
    Conversation.objects.filter(pk=two[1].pk).update(archived_at=now)
    with pytest.raises(ValueError, match="archived"):
        write(two, now, priority=4)
    assert not Message.objects.filter(event=EVENT).exists()
    assert Conversation.objects.get(pk=two[0].pk).priority == 2


@pytest.mark.parametrize("event", ["message.created", "conversation.tagged"])
def test_messages_and_what_is_no_activity_are_refused(two, now, event):
    with pytest.raises(ValueError, match="activity"):
        write(two, now, event=event)


def test_it_needs_the_transaction_that_locked(two, now):
    with pytest.raises(RuntimeError):
        append_many({two[0].pk: Draft(EVENT, SYSTEM)}, {two[0].pk: {}}, now)
