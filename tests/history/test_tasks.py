"""The tasks: inside their brand, never without one, by a real worker over a real broker."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis
from django.conf import settings
from django.db import connection

from chat.access import get_conversation
from history.tasks import archive_closed, sweep_idle, sweep_uploads
from kefu_project.cli.roles import worker_command
from tenants.context import NoTenant, in_public, in_tenant
from tenants.models import Tenant
from tests.history.desk import NOW, Desk, wait_for

TASKS = [sweep_idle, archive_closed, sweep_uploads]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_without_a_brand_it_raises(task: Any) -> None:
    with in_public():
        with pytest.raises(NoTenant):
            task()
        with pytest.raises(NoTenant):
            task("")
        with pytest.raises(Tenant.DoesNotExist):
            task(str(uuid4()))


def test_works_in_its_brand_only_and_leaves_it(desk: Desk, neighbour: Desk) -> None:
    ours = desk.closed()
    with in_tenant(neighbour.tenant):
        theirs = neighbour.closed()

    with in_public():
        assert archive_closed(str(desk.tenant.pk)) == 1
        assert connection.schema_name == "public"

    assert get_conversation(ours.pk).archived_at
    with in_tenant(neighbour.tenant):
        assert get_conversation(theirs.pk).archived_at is None


def test_a_suspended_brand_is_left_alone(desk: Desk) -> None:
    conversation = desk.closed()
    with in_public():
        Tenant.objects.filter(pk=desk.tenant.pk).update(status="suspended")
        try:
            assert archive_closed(str(desk.tenant.pk)) is None
        finally:
            Tenant.objects.filter(pk=desk.tenant.pk).update(status="active")
    assert get_conversation(conversation.pk).archived_at is None


def test_a_broken_brand_stops_no_other(desk: Desk, neighbour: Desk, tmp_path: Path) -> None:
    """What beat starts, a real worker runs: the broken brand fails, the whole one is swept and archived."""
    idle, old = desk.answered(at=NOW - timedelta(days=900)), desk.closed(days_ago=900)
    with in_tenant(neighbour.tenant), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE chat_conversation RENAME TO chat_conversation_away")
    try:
        with running_worker(tmp_path / "worker.log") as start_in_each_brand:
            start_in_each_brand("history.tasks.sweep_idle")
            start_in_each_brand("history.tasks.archive_closed")
            wait_for(lambda: get_conversation(old.pk).archived_at, "the whole brand is archived", within=60)
            wait_for(lambda: not get_conversation(idle.pk).is_open, "the whole brand is swept", within=60)
            log = wait_for(lambda: _failures(tmp_path / "worker.log"), "the broken brand fails", within=60)
        assert "history.tasks.sweep_idle" in log
        assert "history.tasks.archive_closed" in log
    finally:
        with in_tenant(neighbour.tenant), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE chat_conversation_away RENAME TO chat_conversation")


def _failures(path: Path) -> str:
    """The worker's log once both tasks of the broken brand have failed in it."""
    log = path.read_text()
    # One failure may name the table more than once.
    has_both = all(f"history.tasks.{task}" in log for task in ("sweep_idle", "archive_closed"))
    return log if has_both and log.count('relation "chat_conversation" does not exist') >= 2 else ""


@contextmanager
def running_worker(log: Path) -> Iterator[Callable[[str], None]]:
    """A real worker on a broker of its own; yields what beat's entry does: start a task in each brand."""
    broker = settings.REDIS_URL.rpartition("/")[0] + "/9"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "kefu_project.settings", "KF_REDIS_URL": broker}
    redis.Redis.from_url(broker).flushdb()

    def start_in_each_brand(task: str) -> None:
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "kefu_project",
            "call",
            "kefu_project.tasks.start_in_each_brand",
        ]
        subprocess.run([*command, "--args", json.dumps([task])], env=environment, check=True, capture_output=True)

    with log.open("w") as output:
        process = subprocess.Popen(worker_command(), env=environment, stdout=output, stderr=output)
        try:
            yield start_in_each_brand
        finally:
            process.terminate()
            process.wait(30)
