"""A pooler in transaction mode hands each transaction to another server process: the brand that was entered in one
would be left in the next, and another client's brand found there. Kefu refuses to start behind one."""

import os
from typing import Any

import psycopg

from kefu_project.embedded.problems import StartProblem

CONNECT_SECONDS = 3
WHAT = "Between Kefu and PostgreSQL stands a pooler in transaction mode: a brand's data could reach another brand."
NEXT_STEP = "Let KF_DATABASE_URL name PostgreSQL itself, or set pool_mode = session."


def refuse_transaction_pooler() -> None:
    """Raise StartProblem if KF_DATABASE_URL leads to one. A database that does not answer is somebody else's matter."""
    url = os.environ.get("KF_DATABASE_URL", "")
    try:
        if url and is_transaction_pooler(url):
            raise StartProblem(WHAT, NEXT_STEP)
    except psycopg.Error:
        return


def is_transaction_pooler(url: str) -> bool:
    """Tell whether two clients that are connected at once meet the same server process: PostgreSQL itself gives each
    client its own, a transaction pooler lends the one that became free. Raises psycopg.Error."""
    with _connect(url) as one, _connect(url) as other:
        first = _server_process(one)
        one.commit()
        return _server_process(other) == first


def _connect(url: str) -> "psycopg.Connection[tuple[Any, ...]]":
    return psycopg.connect(url, connect_timeout=CONNECT_SECONDS, prepare_threshold=None)


def _server_process(connection: "psycopg.Connection[tuple[Any, ...]]") -> int:
    row = connection.execute("SELECT pg_backend_pid()").fetchone()
    assert row is not None
    return int(row[0])
