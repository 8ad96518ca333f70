"""Places at which a process can be killed, planted from outside: nothing of Kefu's knows of them.

The campaign arms one by writing its name into a file; the process that gets there notes which messages it had in hand
and kills itself.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

# In the order in which a message meets them; what was in hand at the first two was never committed.
UNCOMMITTED = ("before insert", "before commit")
COMMITTED = ("after commit", "before publish", "before ack")
WEB_POINTS = (*UNCOMMITTED, *COMMITTED[:2], "after publish", "before ack")
WORKER_POINTS = (
    "archive: before delete",
    "idle: after commit",
    "archive: before commit",
    "idle: before commit",
    "archive: before copy",
    "archive: after commit",
)

PUBLISH_SECONDS = 0.2
# Which work of a worker is under way in this thread.
_work: ContextVar[str] = ContextVar("work", default="")


class Failpoint:
    """The file between a campaign and one process."""

    def __init__(self, path: Path) -> None:
        self._armed, self._reached = path.with_suffix(".armed"), path.with_suffix(".reached")
        self.path = path
        self._passes = 0

    def arm(self, name: str, passes: int = 1) -> None:
        """Let the process die when it gets there for the `passes`th time."""
        self._reached.unlink(missing_ok=True)
        self._armed.write_text(f"{name}={passes}")

    def disarm(self) -> None:
        self._armed.unlink(missing_ok=True)

    def reached(self) -> list[str] | None:
        """The keys of the messages that the process had in hand when it died; None: it did not get there."""
        return self._reached.read_text().split() if self._reached.exists() else None

    def is_armed(self, name: str) -> bool:
        return self._armed.exists() and self._armed.read_text().startswith(f"{name}=")

    def reach(self, name: str, keys: Iterable[Any] = ()) -> None:
        """Die here if this place is armed and was passed often enough."""
        if not self.is_armed(name):
            return
        self._passes += 1
        if self._passes >= int(self._armed.read_text().rpartition("=")[2]):
            self._reached.write_text(" ".join(map(str, keys)))
            self.disarm()
            os.kill(os.getpid(), signal.SIGKILL)


def plant_in_web(failpoint: Failpoint) -> None:
    _plant_in_log(failpoint)
    _plant_in_fan_out(failpoint)
    _plant_in_answers(failpoint)


def _plant_in_log(failpoint: Failpoint) -> None:
    from chat.message_log import writer

    write = writer.write_batch

    async def write_batch(connection: Any, schema: str, entries: Any) -> Any:
        keys = [str(entry.client_id) for entry in entries]
        failpoint.reach("before insert", keys)
        if failpoint.is_armed("before commit"):
            # The statement commits by itself; inside a transaction of ours there is a time between.
            await connection.run(b"BEGIN")
            done = await write(connection, schema, entries)
            failpoint.reach("before commit", _new_keys(done))
            await connection.run(b"COMMIT")
        else:
            done = await write(connection, schema, entries)
        failpoint.reach("after commit", _new_keys(done))
        return done

    writer.write_batch = write_batch


def _new_keys(done: Any) -> list[str]:
    """What this process wrote itself. The same message may have come through the other one as well, a moment before:
    its client was cut off while the first one waited for the conversation."""
    return [str(one.message.client_id) for one in done.results if not getattr(one, "duplicate", True)]


def _plant_in_fan_out(failpoint: Failpoint) -> None:
    from chat import posting
    from chat.layer.shard import Shard

    publish, send = posting.publish_entry, Shard._publish_batch

    def publish_entry(tenant: Any, conversation: Any, entry: Any) -> None:
        failpoint.reach("before publish", [entry.client_id])
        publish(tenant, conversation, entry)

    async def publish_batch(self: Shard, batch: list[tuple[str, bytes]]) -> None:
        await send(self, batch)
        if any(b'"client_id"' in payload for _topic, payload in batch):
            failpoint.reach("after publish")

    posting.publish_entry = publish_entry
    Shard._publish_batch = publish_batch  # type: ignore[method-assign]


def _plant_in_answers(failpoint: Failpoint) -> None:
    from chat.consumers import poll, socket

    right = socket.answer

    async def answer(*arguments: Any) -> Any:
        frame = await right(*arguments)
        if frame and frame["type"] == "ack" and "client_id" in frame["data"] and failpoint.is_armed("before ack"):
            await asyncio.sleep(PUBLISH_SECONDS)  # others have it by now; only its sender does not know
            failpoint.reach("before ack", [] if frame["data"].get("duplicate") else [frame["data"]["client_id"]])
        return frame

    socket.answer = poll.answer = answer


def plant_in_worker(failpoint: Failpoint) -> None:
    """In what Celery does by itself: the archive and the closing of idle conversations, each in the middle of many."""
    from django.db.backends.base.base import BaseDatabaseWrapper

    from history import archive, sweeps

    commit = BaseDatabaseWrapper.commit

    def commit_here(self: Any) -> None:
        if _work.get():
            failpoint.reach(f"{_work.get()}: before commit")
        commit(self)

    def around(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def work(*arguments: Any, **options: Any) -> Any:
            mark = _work.set(name)
            try:
                done = function(*arguments, **options)
            finally:
                _work.reset(mark)
            failpoint.reach(f"{name}: after commit")
            return done

        return work

    copy, verify = archive._copy, archive._verify

    def copy_log(conversation_id: Any) -> None:
        failpoint.reach("archive: before copy")
        copy(conversation_id)

    def verify_copy(conversation: Any) -> str:
        checksum = verify(conversation)
        failpoint.reach("archive: before delete")
        return checksum

    BaseDatabaseWrapper.commit = commit_here  # type: ignore[method-assign]
    archive._copy, archive._verify = copy_log, verify_copy
    archive.archive_conversation = around("archive", archive.archive_conversation)
    sweeps.close_conversation = around("idle", sweeps.close_conversation)
