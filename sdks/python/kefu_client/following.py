"""Every log event of a followed conversation, once and in order: gaps, resume, snapshots."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from .frames import Frame, FrameError, Json, LogEvent, log_event_of
from .tracker import SeqTracker

logger = logging.getLogger(__name__)

RESUME_CHUNK = 200
# Fan-out may swap two neighbours; asking for the rest at once would double the work of a busy server.
GAP_GRACE_SECONDS = 0.08
RETRY_SECONDS = 2.0
MAX_FRUITLESS_SECONDS = 30.0
# Of conversations that were left: the server tells no more of them soon, but to visitors, who have few.
MAX_LEFT = 1_000


class Asker(Protocol):
    @property
    def is_live(self) -> bool: ...
    async def request(self, frame_type: str, data: Json, conversation: str | None = None) -> Frame: ...
    def followed(self) -> None: ...


@dataclass(eq=False)
class Followed:
    tracker: SeqTracker
    # A resume or snapshot is under way: a gap seen meanwhile is looked at when it ends.
    is_catching_up: bool = False
    # Has been asked for at least once, and so is subscribed.
    is_subscribed: bool = False
    # Catch-ups in a row that brought nothing, so that a server's fault does not become a loop.
    fruitless: int = 0


class Following:
    def __init__(
        self,
        asker: Asker,
        *,
        deliver: Callable[[LogEvent], None],
        snapshot: Callable[[str, int], Awaitable[int]],
        lost: Callable[[str], None],
        unfollowed: Callable[[LogEvent], None],
    ) -> None:
        self._asker, self._deliver_one, self._snapshot = asker, deliver, snapshot
        self._lost, self._unfollowed = lost, unfollowed
        self._followed: dict[str, Followed] = {}
        # Unfollowed by hand, the last one last.
        self._left: dict[str, None] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self.epoch = ""

    def is_new(self, conversation: str) -> bool:
        """Neither followed nor left by hand."""
        return conversation not in self._followed and conversation not in self._left

    def positions(self) -> dict[str, int]:
        """What a poll asks with. What could not be answered is not asked again until it is made good."""
        settled = ((name, one) for name, one in self._followed.items() if one.is_subscribed and not one.is_catching_up)
        return {name: one.tracker.last for name, one in settled}

    def follow(self, conversation: str, after: int) -> None:
        """Deliver every log event after `after`. Following again moves the position."""
        self._left.pop(conversation, None)
        self._followed[conversation] = Followed(SeqTracker(after))
        self._catch_up_in(0)

    def unfollow(self, conversation: str) -> None:
        """Deliver nothing more of it until it is followed again: what is told of it meanwhile is not new."""
        self._left[conversation] = None
        if len(self._left) > MAX_LEFT:
            del self._left[next(iter(self._left))]
        if self._followed.pop(conversation, None):
            self._asker.followed()

    def welcomed(self) -> None:
        """A new link: the server knows nothing of what we follow."""
        for one in self._followed.values():
            one.is_subscribed = False
        self._catch_up_in(0)

    def accept(self, event: LogEvent) -> None:
        one = self._followed.get(event.conversation)
        if one is None:
            return self._unfollowed(event) if self.is_new(event.conversation) else None
        self._deliver(one.tracker.accept(event))
        if one.tracker.is_behind:
            self._catch_up_in(GAP_GRACE_SECONDS)
        return None

    def note_tops(self, tops: object) -> None:
        """A heartbeat's answer: a silently lost hint is noticed here."""
        for conversation, top in tops.items() if isinstance(tops, dict) else ():
            if (one := self._followed.get(conversation)) and isinstance(top, int):
                one.tracker.note_top(top)
                if one.tracker.is_behind:
                    self._catch_up_in(GAP_GRACE_SECONDS)

    def accept_resumed(self, data: Json) -> None:
        """A `resumed` that nobody asked for: a long poll could not be answered whole."""
        for conversation, answer in _answers(data).items():
            one = self._followed.get(conversation)
            if one and not one.is_catching_up:
                one.is_catching_up, one.is_subscribed = True, False
                self._start(self._resumed(conversation, one, answer))

    async def stop(self) -> None:
        if self._timer:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _deliver(self, events: list[LogEvent]) -> None:
        for event in events:
            self._deliver_one(event)

    def _catch_up_in(self, seconds: float) -> None:
        """The soonest of the asked times wins: a busy conversation must not push its own catch-up away."""
        loop = asyncio.get_running_loop()
        at = loop.time() + seconds
        if self._timer and not self._timer.cancelled() and loop.time() < self._timer.when() <= at:
            return
        if self._timer:
            self._timer.cancel()
        self._timer = loop.call_at(at, self._catch_up)

    def _catch_up(self) -> None:
        self._timer = None
        if not self._asker.is_live:
            return
        names = [
            name
            for name, one in self._followed.items()
            if not one.is_catching_up and (one.tracker.is_behind or not one.is_subscribed)
        ]
        for start in range(0, len(names), RESUME_CHUNK):
            self._start(self._resume(names[start : start + RESUME_CHUNK]))

    def _start(self, work: "Awaitable[None]") -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _resume(self, names: list[str]) -> None:
        asked = {name: self._followed[name] for name in names if name in self._followed}
        for one in asked.values():
            one.is_catching_up = one.is_subscribed = True
        positions = {name: one.tracker.last for name, one in asked.items()}
        try:
            frame = await self._asker.request("resume", {"conversations": positions, "epoch": self.epoch})
        except FrameError as error:
            for one in asked.values():
                one.is_catching_up = one.is_subscribed = False
            if error.code != "disconnected":
                self._catch_up_in(error.retry_after or RETRY_SECONDS)
            return
        answers = _answers(frame.data)
        await asyncio.gather(
            *(self._resumed(name, one, answers.get(name)) for name, one in asked.items() if self._is(name, one))
        )

    async def _resumed(self, name: str, one: Followed, answer: Json | None) -> None:
        if answer and answer.get("error"):
            self._followed.pop(name, None)
            self._asker.followed()
            return self._lost(name)
        before = one.tracker.last
        try:
            await self._take(name, one, answer)
        except Exception:
            logger.exception("the snapshot of %s failed", name)
            one.is_subscribed = False
        one.is_catching_up = False
        if one.is_subscribed:
            self._asker.followed()
        one.fruitless = 0 if one.tracker.last > before else one.fruitless + 1
        if self._is(name, one) and (one.tracker.is_behind or not one.is_subscribed):
            seconds = min(2.0**one.fruitless, MAX_FRUITLESS_SECONDS) if one.fruitless else GAP_GRACE_SECONDS
            self._catch_up_in(seconds)
        return None

    async def _take(self, name: str, one: Followed, answer: Json | None) -> None:
        top = int(answer["top"]) if answer else 0
        if answer and answer.get("recovered"):
            one.tracker.note_top(top)
            for value in answer.get("events", []):
                if event := log_event_of(value):
                    self._deliver(one.tracker.accept(event))
            return
        loaded = await self._snapshot(name, top)
        if self._is(name, one):
            self._deliver(one.tracker.restart(loaded))
            one.tracker.note_top(top)

    def _is(self, name: str, one: Followed) -> bool:
        return self._followed.get(name) is one


def _answers(data: Json) -> dict[str, Json]:
    found = data.get("conversations")
    return found if isinstance(found, dict) else {}
