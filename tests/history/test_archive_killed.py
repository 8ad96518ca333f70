"""Killing the archive anywhere is harmless: a real process, a real kill -9, a real database."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
import pytest

from chat.access import get_conversation
from chat.models import Message
from history.archive import archive_closed, fingerprint_of_archive
from history.models import ArchivedMessage, Transcript
from tests.history.desk import NOW, Desk, pages, wait_for

ARCHIVE = """
import django
django.setup()
from datetime import datetime
from history.archive import archive_closed
from tenants.context import in_tenant
from tenants.models import Tenant
with in_tenant(Tenant.objects.get(slug={slug!r})):
    print("ready", flush=True)
    print(archive_closed(datetime.fromisoformat({now!r})), flush=True)
"""


@contextmanager
def archive_process(desk: Desk) -> Iterator[subprocess.Popen[str]]:
    """A process of its own that archives the desk's brand, with the settings of this test run."""
    program = ARCHIVE.format(slug=desk.tenant.slug, now=NOW.isoformat())
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "kefu_project.settings"}
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


@contextmanager
def table_held(desk: Desk, table: str) -> Iterator[psycopg.Connection]:
    """Hold a table so that whoever writes into it waits: the archive stands still at that very statement."""
    with psycopg.connect(os.environ["KF_DATABASE_URL"]) as holder:
        holder.execute(f"LOCK TABLE {desk.tenant.schema_name}.{table} IN SHARE MODE")
        yield holder
        holder.rollback()


@pytest.mark.parametrize("table", ["history_transcript", "history_archivedmessage", "chat_message"])
def test_killed_at_a_statement_it_leaves_everything_as_it_was(desk: Desk, table: str) -> None:
    """Before the transcript; before the copy; after the copy, before the delete."""
    conversations = [desk.closed(days_ago=40 + number) for number in range(3)]
    before = {conversation.pk: pages(conversation) for conversation in conversations}

    with table_held(desk, table) as holder, archive_process(desk) as process:
        wait_for(lambda: _waiters(holder), f"the archive waits for {table}")
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL

    assert not ArchivedMessage.objects.exists()
    assert not Transcript.objects.exists()
    assert {conversation.pk: pages(conversation) for conversation in conversations} == before
    wait_for(lambda: archive_closed(NOW) == 3, "the next run archives all")
    assert {conversation.pk: pages(conversation) for conversation in conversations} == before


def test_killed_at_any_moment_again_and_again_nothing_is_lost_or_doubled(desk: Desk) -> None:
    moment = random.Random(20261123)
    conversations = [desk.closed(days_ago=40 + number, texts=1 + number % 4) for number in range(40)]
    before = {conversation.pk: pages(conversation) for conversation in conversations}

    for share in (0.1, 0.6):
        with archive_process(desk) as process:
            wait_for(lambda share=share: Transcript.objects.count() >= share * 40, "some are archived")
            with suppress(subprocess.TimeoutExpired):
                process.wait(moment.uniform(0, 0.005))
            process.kill()
            process.wait()
        assert {conversation.pk: pages(conversation) for conversation in conversations} == before

    archive_closed(NOW)
    assert {conversation.pk: pages(conversation) for conversation in conversations} == before
    assert not Message.objects.exists()
    for conversation in conversations:
        transcript = Transcript.objects.get(pk=conversation.pk)
        assert fingerprint_of_archive(conversation.pk)[3] == transcript.checksum
        assert get_conversation(conversation.pk).archived_at == NOW


def _waiters(holder: psycopg.Connection) -> int:
    row = holder.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        " AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    ).fetchone()
    return row[0] if row else 0
