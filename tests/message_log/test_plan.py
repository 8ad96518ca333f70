"""A batch costs the same however large the brand has become since its plan was made."""

from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection as ours
from django.utils import timezone

from chat.authors import Author
from chat.conversations import open_conversation
from chat.message_log.connection import Connection
from chat.message_log.statement import write_batch
from chat.message_log.writer import PLANNING
from chat.messages import MessageDraft
from chat.models import Visitor
from chat.posting import make_entry
from tenants.context import run_in_tenant

READ = """
SELECT sum(idx_tup_read) FROM pg_stat_user_indexes
WHERE schemaname = current_schema() AND relname IN ('chat_conversation', 'chat_message', 'chat_visitor')
"""
OPEN = 300


@pytest.fixture
async def connection():
    opened = await Connection.open(settings.DATABASE_URL, " ".join(f"-c {setting}" for setting in PLANNING))
    yield opened
    opened.close()


def opened(now, count):
    made = [open_conversation(Visitor.objects.create(name=f"V{n}"), now=now) for n in range(count)]
    with ours.cursor() as cursor:  # else what this has read is counted up to a second later
        cursor.execute("SELECT pg_stat_force_next_flush()")
    return made


def analyzed_when_empty():
    with ours.cursor() as cursor:
        cursor.execute("ANALYZE chat_conversation, chat_message, chat_visitor")


def rows_read():
    with ours.cursor() as cursor:
        cursor.execute(READ)
        return cursor.fetchone()[0]


async def say(connection, acme, conversations):
    """One message in each, in one batch."""
    now = timezone.now()
    entries = [
        make_entry(one.pk, Author.of_visitor(one.visitor), MessageDraft(uuid4(), text="Hello"), "public", now)
        for one in conversations
    ]
    await write_batch(connection, acme.schema_name, entries)
    await connection.run(b"SELECT pg_stat_force_next_flush()")


async def test_a_plan_made_for_an_empty_brand_walks_through_no_table(acme, now, connection):
    await run_in_tenant(acme, analyzed_when_empty)
    first = await run_in_tenant(acme, opened, now, 3)
    await say(connection, acme, first)  # planned here
    many = await run_in_tenant(acme, opened, now, OPEN)
    for batch in (many[:3], many[3:6]):
        before = await run_in_tenant(acme, rows_read)
        await say(connection, acme, batch)
        assert await run_in_tenant(acme, rows_read) - before < OPEN
