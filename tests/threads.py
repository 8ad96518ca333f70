"""Races: the same function in several threads that start at the same moment, on connections of their own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

from tests.waiting_for import wait_until

R = TypeVar("R")


def run_together(count: int, function: Callable[[int], R]) -> list[R]:
    """Run `function(0)` … `function(count - 1)` at once and return the results; the first error is raised."""
    barrier = threading.Barrier(count)

    def run(number: int) -> R:
        barrier.wait(10)
        try:
            return function(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return [future.result() for future in [pool.submit(run, number) for number in range(count)]]


def until_somebody_waits(seconds: float = 10) -> None:
    """Until another connection waits for a lock that this one's transaction holds."""
    wait_until(_somebody_waits, seconds, "somebody waits for this transaction")


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        # A transaction goes on seeing the activity that it saw first.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            " AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return bool(cursor.fetchone()[0])
