"""One person's program: outbox that resends until answered, resume by seq, duplicates dropped, reconnect with jitter.

It behaves as the widget's engine does, on asyncio, and writes down what it asked and what it was given.
"""

import asyncio
import random
import time
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import httpx
from websockets.exceptions import WebSocketException

from tests.torture.history import EDITED, RECALLED, Correction, Delivered, Outcome, Sent
from tests.torture.links import GONE, Link, open_link
from tests.torture.reading import read_log
from tests.torture.tracker import Tracker, entry_of

ANSWER_SECONDS = 10.0
OPEN_SECONDS = 30.0
GAP_GRACE_SECONDS = 0.25
FIRST_DELAY, MAX_DELAY = 0.5, 30.0
# Refusals that pass by themselves; whether the message was written is not known until it is sent again.
PASSING = ("rate_limited", "overloaded", "internal")

Frame = dict[str, Any]


class LinkLost(Exception):
    """The connection ended with the command unanswered."""


@dataclass(frozen=True)
class Person:
    """Who connects: a visitor with a token or an agent with a session cookie."""

    kind: str
    name: str
    id: str
    host: str
    token: str = ""
    cookie: str = ""


@dataclass
class Draft:
    """Something that is to be said. `copies`: frames sent at the same moment under the same key."""

    conversation: str
    text: str
    type: str = "message.create"
    key: str = field(default_factory=lambda: str(uuid4()))
    copies: int = 1
    is_allowed: bool = True
    # The message that is corrected, of type message.edit or message.recall; `key` is that message's then.
    message: str = ""
    number: int = 0
    asked_at: float = 0.0
    outcome: Outcome = "unknown"

    def data(self) -> Frame:
        if self.message:
            return {"message": self.message} | ({"text": self.text} if self.text else {})
        return {"client_id": self.key, "text": self.text} | ({"kind": "text"} if self.type == "message.create" else {})


@dataclass
class Counts:
    """What happened to one client."""

    connections: int = 0
    failed_connections: int = 0
    resumes: int = 0
    snapshots: int = 0
    again: int = 0
    slowest_answer: float = 0.0
    closed_with: list[int] = field(default_factory=list)
    transports: Counter[str] = field(default_factory=Counter)


class Client:
    """Connects to one of `ports`, another one each time. `heartbeat` None: it never asks for tops by itself.

    `patience`: seconds without an answer after which it gives the connection up; it has its own for each kind.
    """

    def __init__(
        self,
        person: Person,
        ports: Sequence[int],
        dice: random.Random,
        *,
        heartbeat: float | None,
        patience: float | None = None,
        transports: Sequence[str] = ("json",),
        name: str = "",
    ) -> None:
        self.person, self.ports, self.dice, self.heartbeat = person, ports, dice, heartbeat
        self.name = name or person.name
        # One of these is taken for each connection, by lot.
        self.transports, self.transport = transports, ""
        self.answer_seconds, self.open_seconds = patience or ANSWER_SECONDS, patience or OPEN_SECONDS
        self.sent: list[Sent] = []
        self.corrections: list[Correction] = []
        # Id and key of the messages that were acknowledged last, by conversation.
        self.said: dict[str, deque[tuple[str, str]]] = {}
        self.trackers: dict[str, Tracker] = {}
        # When the newest event was pushed (not asked for), by conversation.
        self.pushed_at: dict[str, float] = {}
        # Keys of pushed messages and when they came, where a campaign wants to know.
        self.heard: list[tuple[str, float]] | None = None
        self.counts = Counts()
        self.acks_by_port: Counter[int] = Counter()
        # What each acknowledgement of a key said: was it there before?
        self.repeated: dict[str, list[bool]] = {}
        self.port = 0
        self.live = asyncio.Event()
        self.live_at = 0.0
        self._lanes: dict[str, deque[Draft]] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._asked: dict[str, asyncio.Future[Frame]] = {}
        self._frame_ids = count(1)
        self._numbers = count(1)
        self._link: Link | None = None
        self._catching_up: asyncio.Task[None] | None = None
        self._heard_at = 0.0
        self._tasks: list[asyncio.Task[None]] = []

    # ---- what campaigns use ----

    def start(self) -> None:
        self._tasks.append(asyncio.create_task(self._run()))
        if self.heartbeat is not None:
            self._tasks.append(asyncio.create_task(self._beat(self.heartbeat)))

    async def stop(self) -> None:
        tasks = [*self._tasks, *self._workers.values(), *([self._catching_up] if self._catching_up else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # Whatever is still in the outbox has no outcome.
        for lane in self._lanes.values():
            for draft in lane:
                if draft.asked_at:
                    self._note(draft, "unknown", None)

    def follow(self, conversation: str) -> None:
        """Receive the conversation's events from its beginning."""
        self.trackers.setdefault(conversation, Tracker())
        if self.live.is_set():
            self._catch_up([conversation])

    def say(self, draft: Draft) -> None:
        """Put it into the outbox. One goes after the other, so that a refused one cannot swap places."""
        draft.number = next(self._numbers)
        lane = self._lanes.setdefault(draft.conversation, deque())
        lane.append(draft)
        if draft.conversation not in self._workers or self._workers[draft.conversation].done():
            self._workers[draft.conversation] = asyncio.create_task(self._work(lane))

    @property
    def waiting(self) -> int:
        return sum(len(lane) for lane in self._lanes.values())

    def unanswered(self) -> list[Draft]:
        return [draft for lane in self._lanes.values() for draft in lane]

    @property
    def is_behind(self) -> bool:
        return any(tracker.is_behind for tracker in self.trackers.values())

    def cut(self) -> None:
        """Cut the connection as a dead network does: no closing handshake."""
        if self._link is not None:
            self._link.abort()

    def delivered(self) -> list[Delivered]:
        sees_notes = self.person.kind == "agent"
        return [
            Delivered(self.name, conversation, sees_notes, list(tracker.entries))
            for conversation, tracker in self.trackers.items()
        ]

    async def request(self, command: str, data: Frame, conversation: str | None = None) -> Frame:
        """Return the frame that answers. Raises LinkLost, TimeoutError."""
        link = self._link
        if link is None:
            raise LinkLost
        frame_id = str(next(self._frame_ids))
        frame: Frame = {"type": command, "id": frame_id, "data": data}
        if conversation:
            frame["conversation"] = conversation
        answered = self._asked[frame_id] = asyncio.get_running_loop().create_future()
        asked_at = time.monotonic()
        try:
            async with asyncio.timeout(self.answer_seconds):
                await link.send(frame)
                answer = await answered
        except (OSError, WebSocketException, httpx.HTTPError) as error:
            if isinstance(error, TimeoutError):
                raise
            raise LinkLost from error
        finally:
            self._asked.pop(frame_id, None)
            if answered.done() and not answered.cancelled():
                answered.exception()  # seen, whoever was cancelled while waiting for it
        self.counts.slowest_answer = max(self.counts.slowest_answer, time.monotonic() - asked_at)
        return answer

    # ---- the connection ----

    async def _run(self) -> None:
        attempt = 0
        port = self.dice.choice(self.ports)
        while True:
            before = self.counts.connections
            try:
                await self._live(port)
            except (*GONE, LinkLost):
                if self.counts.connections == before:
                    self.counts.failed_connections += 1
            attempt = 1 if self.counts.connections > before else attempt + 1
            port = self.ports[(self.ports.index(port) + 1) % len(self.ports)]
            await asyncio.sleep(self.dice.uniform(0, min(MAX_DELAY, FIRST_DELAY * 2**attempt)))

    async def _live(self, port: int) -> None:
        self.transport = self.dice.choice(self.transports)
        async with open_link(
            self.transport, self.person, port, open_seconds=self.open_seconds, positions=self._positions
        ) as link:
            self.port = port
            try:
                async for frame in link:
                    self._heard_at = time.monotonic()
                    self._receive(frame, link)
            finally:
                self._lose(link)

    def _positions(self) -> dict[str, int]:
        return {conversation: tracker.last for conversation, tracker in self.trackers.items()}

    def _lose(self, link: Link) -> None:
        if link.close_code is not None:
            self.counts.closed_with.append(link.close_code)
        self._link = None
        self.live.clear()
        for answered in self._asked.values():
            if not answered.done():
                answered.set_exception(LinkLost())

    def _receive(self, frame: Frame, link: Link) -> None:
        answered = self._asked.get(frame.get("reply_to") or "")
        if answered is not None and not answered.done():
            answered.set_result(frame)
        if frame["type"] == "hello":
            self._link = link
            self.counts.transports[self.transport] += 1
            self.live_at = time.monotonic()
            self.counts.connections += 1
            self.live.set()
            self._catch_up(list(self.trackers))
        elif frame["type"] == "resumed" and not frame.get("reply_to"):
            # A long poll's answer that could not be whole.
            self._note_tops({pk: answer["top"] for pk, answer in frame["data"]["conversations"].items()})
        elif frame["type"] == "pong":
            self._note_tops(frame["data"]["tops"])
        elif "seq" in frame and frame.get("conversation") in self.trackers:
            tracker = self.trackers[frame["conversation"]]
            entry = entry_of(frame)
            if tracker.accept(entry):
                self.pushed_at[frame["conversation"]] = time.monotonic()
                if self.heard is not None:
                    self.heard.append((entry.key, time.monotonic()))
            if tracker.is_behind:
                self._catch_up([])

    def _note_tops(self, tops: dict[str, int]) -> None:
        for conversation, top in tops.items():
            if conversation in self.trackers:
                self.trackers[conversation].note_top(top)
        if self.is_behind:
            self._catch_up([])

    async def _beat(self, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds * self.dice.uniform(0.8, 1.2))
            if self.live.is_set() and time.monotonic() - self._heard_at >= seconds:
                try:
                    await self.request("ping", {})
                except TimeoutError:
                    self.cut()
                except LinkLost:
                    pass

    # ---- catching up ----

    def _catch_up(self, conversations: list[str]) -> None:
        """Ask for these now (after a connect, which also subscribes), then for whatever is behind until nothing is."""
        if self._catching_up is None or self._catching_up.done():
            self._catching_up = asyncio.create_task(self._resume_all(conversations))
        elif conversations:
            self._catching_up.cancel()
            self._catching_up = asyncio.create_task(self._resume_all(conversations))

    async def _resume_all(self, conversations: list[str]) -> None:
        fruitless = 0
        while self.live.is_set():
            if conversations:
                before = sum(self.trackers[pk].last for pk in conversations)
                try:
                    await self._resume(conversations)
                    fruitless = 0 if sum(self.trackers[pk].last for pk in conversations) > before else fruitless + 1
                except (LinkLost, httpx.HTTPError):
                    return
                except TimeoutError:
                    self.cut()
                    return
            if not self.is_behind:
                return
            await asyncio.sleep(GAP_GRACE_SECONDS * 2 ** min(fruitless, 4))
            conversations = [pk for pk, tracker in self.trackers.items() if tracker.is_behind]

    async def _resume(self, conversations: list[str]) -> None:
        self.counts.resumes += 1
        for start in range(0, len(conversations), 200):
            positions = {pk: self.trackers[pk].last for pk in conversations[start : start + 200]}
            frame = await self.request("resume", {"conversations": positions})
            if frame["type"] == "error":
                await asyncio.sleep(frame["data"].get("retry_after", 1))
                # Not subscribed yet, whatever the tops say: ask again.
                await self._resume(list(positions))
                continue
            for pk, answer in frame["data"]["conversations"].items():
                await self._resumed(pk, answer)

    async def _resumed(self, conversation: str, answer: Frame) -> None:
        tracker = self.trackers[conversation]
        if answer["recovered"]:
            entries = [entry_of(event) for event in answer["events"]]
        else:
            self.counts.snapshots += 1
            entries = await read_log(self.person, self.dice.choice(self.ports), conversation, after=tracker.last)
        for entry in entries:
            tracker.accept(entry)
        tracker.note_top(answer["top"])

    # ---- sending ----

    async def _work(self, lane: deque[Draft]) -> None:
        while lane:
            draft = lane[0]
            wait = await self._try(draft)
            if draft.outcome != "unknown":
                lane.popleft()
            elif wait:
                await asyncio.sleep(wait)

    async def _try(self, draft: Draft) -> float:
        """Send once; return the seconds to wait before sending it again, if that is needed."""
        await self.live.wait()
        draft.asked_at = draft.asked_at or time.monotonic()
        requests = [self.request(draft.type, draft.data(), draft.conversation) for _ in range(draft.copies)]
        answers = await asyncio.gather(*requests, return_exceptions=True)
        wait = 0.0
        for answer in answers:
            if isinstance(answer, LinkLost | TimeoutError):
                if isinstance(answer, TimeoutError):
                    self.cut()
                self.counts.again += 1
            elif isinstance(answer, BaseException):
                raise answer
            elif answer["type"] == "ack":
                draft.outcome = "ok"
                self.acks_by_port[self.port] += 1
                self._acknowledged(draft, answer["data"])
            elif answer["data"]["code"] in PASSING:
                self.counts.again += 1
                wait = max(wait, answer["data"].get("retry_after", 1.0))
            else:
                draft.outcome = "ok" if draft.outcome == "ok" else "refused"
                self._note(draft, "refused", None)
        if draft.outcome == "unknown" and not self.live.is_set():
            wait = 0.0
        return wait

    def _acknowledged(self, draft: Draft, ack: Frame) -> None:
        self._note(draft, "ok", ack)
        if draft.message:
            return
        self.repeated.setdefault(draft.key, []).append(ack["duplicate"])
        if draft.type == "message.create":
            self.said.setdefault(draft.conversation, deque(maxlen=5)).append((ack["id"], draft.key))

    def _note(self, draft: Draft, outcome: Outcome, ack: Frame | None) -> None:
        if draft.message:
            seq = ack["seq"] if ack else None
            self.corrections.append(
                Correction(
                    self.name,
                    draft.conversation,
                    draft.message,
                    draft.key,
                    draft.text,
                    EDITED if draft.type == "message.edit" else RECALLED,
                    outcome,
                    seq,
                    draft.is_allowed,
                )
            )
            return
        answered_at = None if outcome == "unknown" else time.monotonic()
        self.sent.append(
            Sent(
                self.name,
                self.person.id,
                str(UUID(ack["conversation"])) if ack else draft.conversation,
                draft.key,
                draft.text,
                draft.number,
                draft.asked_at,
                outcome,
                answered_at,
                ack["seq"] if ack else None,
                draft.is_allowed,
            )
        )


async def close_all(clients: Sequence[Client]) -> None:
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*(client.stop() for client in clients))
