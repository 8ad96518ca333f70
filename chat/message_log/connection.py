"""Connections of the group commit, on libpq itself: one statement at a time, prepared once, its values as bytes.

For each statement psycopg makes a cursor, adapts values, and begins and ends to watch the socket: 170 us of a core and
a good part of the time until the answer, where this takes 20 us. Here a socket is watched for as long as it is open.
psycopg opens the connections and names the errors.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, Self

import psycopg
from psycopg import pq
from psycopg.errors import error_from_result

# What a connection keeps per brand is let go with it.
MAX_AGE_SECONDS = 3600.0


class Connection:
    """An open connection that commits each statement by itself. Belongs to the event loop that opened it."""

    def __init__(self, opened: "psycopg.AsyncConnection[Any]") -> None:
        self.prepared: set[str] = set()
        self.born_at = time.monotonic()
        # Kept, since it closes the connection when it goes.
        self._opened = opened
        self._is_closed = False
        self._libpq = opened.pgconn
        self._socket = self._libpq.socket
        self._loop = asyncio.get_running_loop()
        self._results: list[pq.abc.PGresult] = []
        self._waiting: asyncio.Future[list[pq.abc.PGresult]] | None = None
        self._loop.add_reader(self._socket, self._read)

    @classmethod
    async def open(cls, url: str, options: str) -> Self:
        """Raises psycopg.OperationalError."""
        return cls(await psycopg.AsyncConnection.connect(url, autocommit=True, options=options))

    @property
    def is_open(self) -> bool:
        return self._libpq.status == pq.ConnStatus.OK

    async def run(self, statements: bytes) -> None:
        """Run statements without values. Raises psycopg.Error."""
        await self._ask(self._libpq.send_query, statements)

    async def prepare(self, name: bytes, statement: bytes, types: Sequence[int]) -> None:
        """Prepare a statement whose values have these types (OIDs). Raises psycopg.Error."""
        await self._ask(self._libpq.send_prepare, name, statement, types)

    async def call(self, name: bytes, values: Sequence[bytes]) -> bytes:
        """Run a prepared statement and return the one value that it answers, after its commit. Raises psycopg.Error."""
        value = (await self._ask(self._libpq.send_query_prepared, name, values)).get_value(0, 0)
        assert value is not None
        return value

    def close(self) -> None:
        """Close it; whoever waits for an answer learns that it is gone. Doing it twice does nothing."""
        if self._is_closed:
            return  # its socket's number may be another's by now, who would be watched no more
        self._is_closed = True
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._libpq.finish()
        self._fail(psycopg.OperationalError("the connection is closed"))

    async def _ask(self, send: Callable[..., None], *arguments: Any) -> pq.abc.PGresult:
        if self._waiting is not None:
            raise RuntimeError("A connection runs one statement at a time.")
        self._results, self._waiting = [], self._loop.create_future()
        try:
            send(*arguments)
            self._write()
            results = await self._waiting
        except BaseException:
            # Given up in the middle: what comes next would be taken for the answer to another statement.
            self._waiting = None
            self.close()
            raise
        self._waiting = None
        for result in results:
            if result.status == pq.ExecStatus.FATAL_ERROR:
                raise error_from_result(result)
        return results[-1]

    def _write(self) -> None:
        """Write what is left of the statement; a large one goes on when the socket takes more."""
        try:
            if self._libpq.flush():
                self._loop.add_writer(self._socket, self._write)
            else:
                self._loop.remove_writer(self._socket)
        except psycopg.Error as error:
            self._fail(error)

    def _read(self) -> None:
        try:
            self._libpq.consume_input()
            while not self._libpq.is_busy():
                result = self._libpq.get_result()
                if result is None:
                    # Ready for the next one: the transaction has ended as well.
                    if self._waiting is not None and not self._waiting.done():
                        self._waiting.set_result(self._results)
                    break
                self._results.append(result)
        except psycopg.Error as error:
            self._fail(error)
        if not self.is_open:
            self.close()

    def _fail(self, error: Exception) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error)


class Connections:
    """At most so many connections, opened when needed. `seconds`: how long one is waited for."""

    def __init__(self, url: str, options: str, *, most: int, seconds: float) -> None:
        self._url, self._options, self.seconds = url, options, seconds
        self._free = asyncio.Semaphore(most)
        self._idle: list[Connection] = []

    async def take(self) -> Connection:
        """Lend a connection, to be given back. Raises psycopg.OperationalError, TimeoutError."""
        async with asyncio.timeout(self.seconds):
            await self._free.acquire()
            try:
                while self._idle:
                    connection = self._idle.pop()
                    if connection.is_open:
                        return connection
                return await Connection.open(self._url, self._options)
            except BaseException:
                self._free.release()
                raise

    def give_back(self, connection: Connection) -> None:
        if connection.is_open and time.monotonic() - connection.born_at < MAX_AGE_SECONDS:
            self._idle.append(connection)
        elif connection.is_open:
            connection.close()
        self._free.release()

    def close(self) -> None:
        """Close those that nobody uses."""
        while self._idle:
            self._idle.pop().close()
