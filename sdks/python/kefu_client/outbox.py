"""Messages that the server has not acknowledged. The client_id is the key that makes sending again harmless."""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from .heartbeat import Learnt

T = TypeVar("T")


@dataclass(frozen=True)
class Entry:
    client_id: str
    conversation: str | None
    type: str = "message.create"
    text: str = ""
    kind: str = "text"
    file_ids: tuple[str, ...] = ()
    created_ts: int = 0
    # Error code of a final refusal: not sent again by itself.
    failed: str | None = None


class Outbox(Protocol):
    async def load(self) -> list[Entry]:
        """Oldest first."""

    async def put(self, entry: Entry) -> None:
        """The entry survives this process when this returns."""

    async def remove(self, client_id: str) -> None: ...

    async def load_learnt(self) -> Learnt | None:
        """What the heartbeat knows of this network."""

    async def keep_learnt(self, learnt: Learnt) -> None: ...

    async def close(self) -> None: ...


class MemoryOutbox:
    """Forgets with the process."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.learnt: Learnt | None = None

    async def load(self) -> list[Entry]:
        return list(self.entries.values())

    async def put(self, entry: Entry) -> None:
        self.entries[entry.client_id] = entry

    async def remove(self, client_id: str) -> None:
        self.entries.pop(client_id, None)

    async def load_learnt(self) -> Learnt | None:
        return self.learnt

    async def keep_learnt(self, learnt: Learnt) -> None:
        self.learnt = learnt

    async def close(self) -> None:
        pass


SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (place INTEGER PRIMARY KEY AUTOINCREMENT, client_id TEXT UNIQUE, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS learnt (one INTEGER PRIMARY KEY CHECK (one = 1), body TEXT NOT NULL);
"""
PUT = """
INSERT INTO entries (client_id, body) VALUES (?, ?) ON CONFLICT (client_id) DO UPDATE SET body = excluded.body
"""


class FileOutbox:
    """An SQLite file, synced at every commit. One process at a time: a second one would send the same messages."""

    def __init__(self, path: str | Path) -> None:
        self._path = str(path)
        # One thread: SQLite is used in the order of the calls, and never holds up the loop.
        self._thread = ThreadPoolExecutor(1, "kefu-outbox")
        self._database: sqlite3.Connection | None = None

    async def load(self) -> list[Entry]:
        rows = await self._run(lambda db: db.execute("SELECT body FROM entries ORDER BY place").fetchall())
        return [_entry(body) for (body,) in rows]

    async def put(self, entry: Entry) -> None:
        body = json.dumps(asdict(entry))
        await self._run(lambda db: db.execute(PUT, (entry.client_id, body)))

    async def remove(self, client_id: str) -> None:
        await self._run(lambda db: db.execute("DELETE FROM entries WHERE client_id = ?", (client_id,)))

    async def load_learnt(self) -> Learnt | None:
        row = await self._run(lambda db: db.execute("SELECT body FROM learnt").fetchone())
        return Learnt(**json.loads(row[0])) if row else None

    async def keep_learnt(self, learnt: Learnt) -> None:
        body = json.dumps(asdict(learnt))
        await self._run(lambda db: db.execute("INSERT OR REPLACE INTO learnt VALUES (1, ?)", (body,)))

    async def close(self) -> None:
        await self._run(lambda db: db.close())
        self._database = None
        self._thread.shutdown()

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: work(self._open()))

    def _open(self) -> sqlite3.Connection:
        if self._database is None:
            # isolation_level None: every statement is a transaction, and is on the disk when it returns.
            self._database = sqlite3.connect(self._path, isolation_level=None)
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.executescript(SCHEMA)
        return self._database


def _entry(body: str) -> Entry:
    value = json.loads(body)
    return Entry(**value | {"file_ids": tuple(value["file_ids"])})
