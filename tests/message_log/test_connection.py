"""The group commit's own connections: each answer belongs to its question, whatever ends in between."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
from django.conf import settings

from chat.message_log.connection import Connection, Connections

JSON, INT = 114, 23
ECHO = b"echo", b"SELECT $1::text"


@pytest.fixture
async def connection() -> AsyncIterator[Connection]:
    opened = await Connection.open(settings.DATABASE_URL, "-c jit=off")
    await opened.prepare(*ECHO, (JSON,))
    yield opened
    if opened.is_open:
        opened.close()


async def echo(connection: Connection, text: str) -> str:
    return (await connection.call(b"echo", (f'"{text}"'.encode(),))).decode().strip('"')


async def test_it_answers_small_and_large(connection: Connection) -> None:
    # Larger than what a socket takes at once: the rest is written while the event loop runs on.
    for text in ("a", "b" * 5_000_000, "c"):
        assert await echo(connection, text) == text


async def test_an_error_is_named_and_the_next_statement_runs(connection: Connection) -> None:
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        await connection.call(b"echo", (b"{not json",))
    assert await echo(connection, "after") == "after"


async def test_what_fails_at_its_commit_is_not_answered_as_done(connection: Connection) -> None:
    await connection.run(b"CREATE TEMP TABLE once (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    await connection.prepare(b"add", b"INSERT INTO once VALUES ($1), ($1) RETURNING n::text", (INT,))
    with pytest.raises(psycopg.errors.UniqueViolation):
        await connection.call(b"add", (b"1",))


async def test_one_statement_at_a_time(connection: Connection) -> None:
    first = asyncio.create_task(connection.run(b"SELECT pg_sleep(0.2)"))
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError):
        await echo(connection, "too early")
    await first
    assert await echo(connection, "now") == "now"


async def test_given_up_in_the_middle_it_is_closed_and_never_used_again() -> None:
    pool = Connections(settings.DATABASE_URL, "", most=1, seconds=5)
    connection = await pool.take()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await connection.run(b"SELECT pg_sleep(30)")
    assert not connection.is_open
    pool.give_back(connection)
    fresh = await pool.take()
    await fresh.prepare(*ECHO, (JSON,))
    assert fresh is not connection
    assert await echo(fresh, "mine") == "mine"
    pool.give_back(fresh)
    pool.close()


async def test_closing_it_twice_does_not_disturb_who_has_its_socket_by_now(connection: Connection) -> None:
    connection.close()
    other = await Connection.open(settings.DATABASE_URL, "")
    assert other._socket == connection._socket  # the lowest number that is free
    connection.close()
    async with asyncio.timeout(5):
        await other.prepare(*ECHO, (JSON,))
        assert await echo(other, "heard") == "heard"
    other.close()


@pytest.mark.parametrize("is_busy", [True, False])
async def test_ended_by_the_server_it_says_so_and_another_takes_its_place(is_busy: bool) -> None:
    pool = Connections(settings.DATABASE_URL, "", most=1, seconds=5)
    connection = await pool.take()
    await connection.prepare(b"me", b"SELECT pg_backend_pid()::text", ())
    pid = int(await connection.call(b"me", ()))
    running = asyncio.create_task(connection.run(b"SELECT pg_sleep(30)")) if is_busy else None
    other = await Connection.open(settings.DATABASE_URL, "")
    await other.run(f"SELECT pg_terminate_backend({pid}, 5000)".encode())
    if running is not None:
        with pytest.raises(psycopg.OperationalError):
            await running
    async with asyncio.timeout(10):
        while connection.is_open:  # the word of its end may come after the answer to who ended it
            await other.run(b"SELECT pg_sleep(0.01)")
    pool.give_back(connection)
    fresh = await pool.take()
    await fresh.prepare(*ECHO, (JSON,))
    assert await echo(fresh, "again") == "again"
    pool.give_back(fresh)
    pool.close()
    other.close()


async def test_no_more_than_so_many_and_waiting_ends() -> None:
    pool = Connections(settings.DATABASE_URL, "", most=2, seconds=0.2)
    taken = [await pool.take(), await pool.take()]
    with pytest.raises(TimeoutError):
        await pool.take()
    pool.give_back(taken[0])
    assert await pool.take() is taken[0]
    for connection in taken:
        pool.give_back(connection)
    pool.close()
    assert not any(connection.is_open for connection in taken)
