"""What PostgreSQL says of the statements that a call makes: plans and pages, which no busy machine changes."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

WRITES = ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "ALTER", "DROP", "CREATE")


@contextmanager
def through_indexes() -> Iterator[None]:
    """As in a brand of some size: tables of a few pages the planner would rather read from end to end."""
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET enable_seqscan")


def plans_of(call: Callable[[], Any]) -> list[dict[str, Any]]:
    """Call it, and have each of its statements explained (and run once more), with statistics as they are now."""
    asked: list[tuple[str, Any]] = []

    def remember(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with connection.execute_wrapper(remember):
        call()
    return [_explain(sql, params) for sql, params in asked if sql.lstrip("(").startswith("SELECT")]


def pages(plan: dict[str, Any]) -> int:
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def indexes(plan: dict[str, Any]) -> set[str]:
    """The indexes that a plan uses anywhere."""
    below = [indexes(one) for one in plan.get("Plans", ())]
    return {plan["Index Name"]}.union(*below) if "Index Name" in plan else set().union(*below)


def scanned(plan: dict[str, Any]) -> set[str]:
    """The tables that a plan reads through from the first row to the last."""
    below = [scanned(one) for one in plan.get("Plans", ())]
    own = {plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" else set()
    return own.union(*below)


def most_read(plan: dict[str, Any]) -> int:
    """Rows that any step of the plan gave on or looked at in vain."""
    own = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    return max([int(own), *(most_read(one) for one in plan.get("Plans", ()))])


def _explain(sql: str, params: Any) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params)
        (answer,) = cursor.fetchone()
    plan: dict[str, Any] = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    return plan


@contextmanager
def no_writes() -> Iterator[None]:
    with CaptureQueriesContext(connection) as queries:
        yield
    assert [query["sql"] for query in queries if query["sql"].lstrip().upper().startswith(WRITES)] == []
