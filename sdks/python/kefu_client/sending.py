"""Written messages, sent until they are acknowledged or finally refused, in order, through the outbox."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Protocol

from .frames import Frame, FrameError, Json
from .lane import Lane
from .outbox import Entry, Outbox

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ack:
    """The message is committed, with this place in the conversation's order."""

    client_id: str
    id: str
    conversation: str
    seq: int
    ts: int
    duplicate: bool


class Asker(Protocol):
    @property
    def is_live(self) -> bool: ...
    async def request(self, frame_type: str, data: Json, conversation: str | None = None) -> Frame: ...


class Sending:
    def __init__(
        self,
        asker: Asker,
        outbox: Outbox,
        *,
        sent: Callable[[Entry, Ack], None],
        failed: Callable[[Entry, FrameError], None],
    ) -> None:
        self._asker, self._outbox, self._sent, self._failed = asker, outbox, sent, failed
        self._lanes: dict[str, Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        # Lanes that were told to wait: neither a new message nor a new link makes them hurry.
        self._held: dict[Lane, asyncio.TimerHandle] = {}
        self._putting = asyncio.Lock()

    async def load(self) -> None:
        """Take up what an earlier process left."""
        for entry in reversed(await self._outbox.load()):
            if entry.failed is None:
                self._lane(entry).add_older([entry])

    async def put(self, entry: Entry) -> None:
        """The entry is in the store when this returns."""
        async with self._putting:
            await self._outbox.put(entry)
            self._lane(entry).add(entry)
        self._pump(self._lane(entry))

    async def discard(self, client_id: str) -> None:
        for lane in self._lanes.values():
            lane.drop(client_id)
        await self._outbox.remove(client_id)

    def pump(self) -> None:
        for lane in self._lanes.values():
            self._pump(lane)

    async def stop(self) -> None:
        for timer in self._held.values():
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _lane(self, entry: Entry) -> Lane:
        return self._lanes.setdefault(entry.conversation or "", Lane())

    def _pump(self, lane: Lane) -> None:
        if self._asker.is_live and lane not in self._held and (entry := lane.take()):
            task = asyncio.create_task(self._send(lane, entry))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, lane: Lane, entry: Entry) -> None:
        try:
            frame = await self._asker.request(entry.type, _data(entry), entry.conversation)
        except FrameError as error:
            await self._refused(lane, entry, error)
        else:
            lane.acked(entry)
            await _try(self._outbox.remove(entry.client_id))
            self._sent(entry, _ack(frame.data))
        self._pump(lane)

    async def _refused(self, lane: Lane, entry: Entry, error: FrameError) -> None:
        settled = lane.refused(entry, error.code, error.retry_after)
        if settled.kind == "failed":
            failed = replace(entry, failed=error.code)
            await _try(self._outbox.put(failed))
            self._failed(failed, error)
        elif settled.delay_ms:
            self._later(settled.delay_ms / 1_000, lane)

    def _later(self, seconds: float, lane: Lane) -> None:
        def run() -> None:
            del self._held[lane]
            self._pump(lane)

        self._held[lane] = asyncio.get_running_loop().call_later(seconds, run)


async def _try(change: Awaitable[None]) -> None:
    """What became of the entry is known already, and somebody waits to hear it. A store that fails has the entry again
    at the next start, and the same client_id gets the same answer then."""
    try:
        await change
    except Exception:
        logger.exception("the outbox failed")


def _data(entry: Entry) -> Json:
    if entry.type == "note.create":
        return {"client_id": entry.client_id, "text": entry.text}
    return {
        "client_id": entry.client_id,
        "kind": entry.kind,
        "text": entry.text,
        "file_ids": list(entry.file_ids),
    }


def _ack(data: Json) -> Ack:
    return Ack(
        client_id=str(data.get("client_id")),
        id=str(data.get("id")),
        conversation=str(data.get("conversation")),
        seq=int(data.get("seq", 0)),
        ts=int(data.get("ts", 0)),
        duplicate=bool(data.get("duplicate")),
    )
