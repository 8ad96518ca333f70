"""A link that comes back: which rung, handshake, heartbeat, reconnect, requests with answers.

Knows nothing of conversations; following.py and sending.py add those.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, cast

from .answers import Answers
from .backoff import reconnect_delay, verdict_on
from .frames import Frame, FrameError, Json
from .heartbeat import APP_CEILING, Heartbeat, HeartbeatConfig, Learnt
from .ladder import Ladder, Rung, is_evidence
from .links import CUT, Link, LinkEnded, LinkSilent

logger = logging.getLogger(__name__)

HELLO_WITHIN_SECONDS = 10.0
# A connection that lived this long proves the way is good: the next cut starts from the shortest delay.
STABLE_MS = 10_000
DRAIN_SPREAD_SECONDS = 3.0
RESTART = 1012
PROTOCOL = 4400
EPOCH = 4409

State = Literal["connecting", "live", "waiting", "stopped"]


class Owner(Protocol):
    def welcomed(self, hello: Json) -> None: ...
    def received(self, frame: Frame) -> None: ...
    def state_changed(self, state: State) -> None: ...
    def learnt(self, learnt: Learnt) -> None: ...


class Refused(Exception):
    """The server ended it for good: 4401 wants another token, 4403 is a refusal, 4409 another history."""

    def __init__(self, code: int) -> None:
        super().__init__(f"The server closed with {code}.")
        self.code = code


@dataclass
class Ending:
    code: int = CUT
    retry_after: float | None = None
    is_silent: bool = False
    # An upper rung that opened meanwhile, and its hello.
    successor: "tuple[Link, Frame] | None" = None


class Connection:
    def __init__(
        self,
        owner: Owner,
        make_link: Callable[[Rung], Link],
        *,
        clock: Callable[[], float],
        rng: Callable[[], float] = random.random,
        learnt: Learnt | None = None,
        ceiling: int = APP_CEILING,
    ) -> None:
        self._owner, self._make_link, self._clock, self._rng = owner, make_link, clock, rng
        self.learnt, self._ceiling = learnt, ceiling
        self._ladder = Ladder(clock())
        self._answers = Answers()
        self._link: Link | None = None
        self._heartbeat: Heartbeat | None = None
        self._ended: asyncio.Future[Ending] | None = None
        self._stir = asyncio.Event()
        self._attempt = 0
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def is_live(self) -> bool:
        return self._link is not None

    @property
    def rung(self) -> Rung:
        return self._link.rung if self._link else self._ladder.rung()

    async def run(self) -> None:
        """Keep a link until cancelled. Raises Refused."""
        try:
            ending = Ending()
            while True:
                ending = await self._live_once(ending.successor)
                if ending.successor is None:
                    await self._pause(ending)
        finally:
            await asyncio.gather(*self._closing, return_exceptions=True)
            self._owner.state_changed("stopped")

    def wake(self) -> None:
        """Perhaps another network: try what waits at once, and doubt what lives."""
        now = self._clock()
        if not self._link:
            self._attempt = 0  # a dial under way may hang: the next one need not wait for long
        self._ladder.wake(now)
        if self._heartbeat:
            self._heartbeat.doubt(now)
        self._stir.set()
        self.followed()  # a parked request may be lost: it is asked anew

    def followed(self) -> None:
        if self._link:
            self._link.followed()

    def send(self, frame_type: str, data: Json, conversation: str | None = None, frame_id: str | None = None) -> None:
        """Best effort: forgotten when there is no link."""
        if self._link:
            self._link.send(Frame(frame_type, data, id=frame_id, conversation=conversation))
        if self._heartbeat and frame_type != "ping":
            self._heartbeat.sent(self._clock())

    async def request(self, frame_type: str, data: Json, conversation: str | None = None) -> Frame:
        """Return the answer. Raises FrameError. Never repeated by itself."""
        if not self._link:
            raise FrameError("disconnected", "Not connected.")
        frame_id = self._answers.new_id()
        self.send(frame_type, data, conversation, frame_id)
        return await self._answers.expect(frame_id, self._doubt)

    # ---- one link ----

    async def _live_once(self, successor: "tuple[Link, Frame] | None") -> Ending:
        rung = self._ladder.rung()
        try:
            if successor is None:
                self._owner.state_changed("connecting")
            link, hello = successor or await self._open(rung)
        except LinkEnded as ended:
            self._note_failure(rung, ended.code)
            return Ending(ended.code, ended.retry_after)
        # Polls say hello also where something between us and the server cuts every request that is parked.
        if link.rung is Rung.SOCKET:
            self._ladder.opened(link.rung, self._clock())
        return await self._serve(link, hello)

    async def _open(self, rung: Rung) -> tuple[Link, Frame]:
        """Raises LinkEnded whatever went wrong, be it a fault of ours: another attempt may go better."""
        try:
            return await self._dial(rung)
        except LinkEnded:
            raise
        except (TimeoutError, LinkSilent):
            raise LinkEnded from None
        except Exception:
            logger.exception("opening a link failed")
            raise LinkEnded from None

    async def _dial(self, rung: Rung) -> tuple[Link, Frame]:
        link = self._make_link(rung)
        try:
            async with asyncio.timeout(HELLO_WITHIN_SECONDS):
                return link, await link.open()
        except BaseException:
            await link.close()
            raise

    async def _serve(self, link: Link, hello: Frame) -> Ending:
        since, loop = self._clock(), asyncio.get_running_loop()
        self._ended = ended = cast("asyncio.Future[Ending]", loop.create_future())
        tasks: list[asyncio.Task[None]] = []
        ending = Ending(RESTART)  # where it is our own doing
        try:
            self._welcome(link, hello)
            care = self._beat() if link.rung is Rung.SOCKET else self._climb()
            tasks = [loop.create_task(self._read(link)), loop.create_task(care)]
            for task in tasks:
                task.add_done_callback(self._note_fault)
            ending = await ended
        finally:
            self._leave(ending.code)
            await _end_all(tasks)
            # A dead link takes its time to close; the next one need not wait.
            self._closing.add(closing := loop.create_task(link.close()))
            closing.add_done_callback(self._closing.discard)
        if self._clock() - since >= STABLE_MS:
            self._attempt = 0
        self._judge(link.rung, ending)
        return ending

    def _welcome(self, link: Link, hello: Frame) -> None:
        seconds = hello.data.get("heartbeat")
        interval = int(seconds * 1_000) if isinstance(seconds, int | float) else 25_000
        if link.rung is Rung.SOCKET:
            config = HeartbeatConfig(interval, ceiling=self._ceiling, learnt=self.learnt)
            self._heartbeat = Heartbeat(config, self._clock())
        self._link = link
        self._owner.state_changed("live")
        self._owner.welcomed(hello.data)

    def _leave(self, code: int) -> None:
        self._link = None
        if self._heartbeat:
            if code == CUT:
                self._heartbeat.lost(self._clock())
            self.learnt = self._heartbeat.learnt()
            self._owner.learnt(self.learnt)
        self._heartbeat = None
        self._answers.cut_off("disconnected")

    def _judge(self, rung: Rung, ending: Ending) -> None:
        now = self._clock()
        if rung is Rung.SOCKET:
            is_dead = ending.is_silent
        else:
            # Of those without an answer, _read() knows already.
            is_dead = ending.code == CUT and ending.successor is None and not ending.is_silent
        if is_dead:
            self._ladder.probe_dead(rung, now)
        else:
            self._ladder.closed(rung, now)

    def _note_failure(self, rung: Rung, code: int) -> None:
        if is_evidence(code):
            self._ladder.failed(rung, self._clock())
        else:
            self._ladder.closed(rung, self._clock())

    def _note_fault(self, task: asyncio.Task[None]) -> None:
        """A fault of ours must not leave a link that nobody reads."""
        if not task.cancelled() and (fault := task.exception()):
            logger.error("the link's keeper failed", exc_info=fault)
            self._end(Ending(PROTOCOL))

    def _end(self, ending: Ending) -> None:
        _settle(self._ended, ending)

    async def _pause(self, ending: Ending) -> None:
        verdict = verdict_on(ending.code)
        if verdict.kind != "retry":
            raise Refused(ending.code)
        at_least = max(verdict.at_least_ms, (ending.retry_after or 0) * 1_000)
        delay = max(at_least, reconnect_delay(self._attempt, self._rng))
        self._attempt += 1
        self._owner.state_changed("waiting")
        await self._wait_until_stirred(delay)

    async def _wait_until_stirred(self, ms: float | None) -> None:
        self._stir.clear()
        try:
            async with asyncio.timeout(None if ms is None else ms / 1_000):
                await self._stir.wait()
        except TimeoutError:
            pass

    # ---- while it lives ----

    async def _read(self, link: Link) -> None:
        try:
            while True:
                try:
                    received = await link.receive()
                except LinkSilent:
                    self._ladder.probe_dead(link.rung, self._clock())
                    if self._ladder.rung() is not link.rung:
                        return self._end(Ending(is_silent=True))
                    continue
                if received.is_answer_to_parked:
                    self._ladder.opened(link.rung, self._clock())
                    self._stir.set()  # from now on it may climb
                for frame in received.frames:
                    self._receive(frame)
        except LinkEnded as ended:
            self._end(Ending(ended.code, ended.retry_after))

    def _receive(self, frame: Frame) -> None:
        now = self._clock()
        if self._heartbeat:
            self._heartbeat.heard(now)
            seconds = frame.data.get("heartbeat")
            if frame.type == "pong" and isinstance(seconds, int | float):
                self._heartbeat.set_server_interval(int(seconds * 1_000), now)
        if frame.type == "drain":
            # Spread over a moment, so that the node's neighbours are not hit by all of its clients at once.
            spread = DRAIN_SPREAD_SECONDS * self._rng()
            asyncio.get_running_loop().call_later(spread, _settle, self._ended, Ending(RESTART))
        elif frame.reply_to:
            self._answers.settle(frame)
        if frame.type != "drain" and (not frame.reply_to or frame.type == "pong"):
            self._owner.received(frame)

    def _doubt(self) -> None:
        if self._heartbeat:
            self._heartbeat.doubt(self._clock())
            self._stir.set()

    async def _beat(self) -> None:
        while self._heartbeat:
            beat = self._heartbeat.tick(self._clock())
            if beat == "dead":
                return self._end(Ending(is_silent=True))
            if beat == "probe":
                self.send("ping", {}, None, f"p{self._answers.new_id()}")
            await self._wait_until_stirred(self._heartbeat.due_in(self._clock()))
        return None

    async def _climb(self) -> None:
        """Try the upper rung beside the lower one that works."""
        while True:
            await self._wait_until_stirred(self._climb_in())
            if self._climb_in() != 0:
                continue
            upper = self._ladder.upper()
            try:
                self._end(Ending(successor=await self._open(upper)))
                return
            except LinkEnded as ended:
                self._note_failure(upper, ended.code)

    def _climb_in(self) -> float | None:
        """None: not before the rung in use has proven itself."""
        return self._ladder.retry_in(self._clock()) if self.rung is self._ladder.rung() else None


def _settle(ended: "asyncio.Future[Ending] | None", ending: Ending) -> None:
    if ended and not ended.done():
        ended.set_result(ending)


async def _end_all(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
