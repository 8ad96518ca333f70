"""Races: the same function in several threads that start at the same moment, on connections of their own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

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
