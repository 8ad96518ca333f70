"""Long poll and poll: the same frames without a connection. `after` is the position, and the position is the ack.

Nothing is kept between two questions, so a client may ask another process each time, or go back to a socket.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from prometheus_client import Counter

from chat import fanout
from chat.connections import CATCH_UP_SECONDS, address_of, connections
from chat.consumers.answering import DRAIN, BadFrame, answer, hello_frame
from chat.consumers.arrivals import UNHURRIED_SECONDS, Arrivals
from chat.consumers.buckets import frames_of, questions_of
from chat.consumers.http import Answer, Asked, Gone, answer_preflight, read_piece, read_request, respond
from chat.consumers.identifying import identify
from chat.encodings import Encoding
from chat.errors import EpochChanged, Invalid, RateLimited, WrongMethod
from chat.events import Frame
from chat.message_log.writer import BATCH_SECONDS
from chat.participants.participant import Participant
from chat.presence import leases, new_connection_id
from chat.protocol import MAX_RESUMED, MAX_SEQ

MAX_WAIT = 25.0
MAX_FRAMES = 50
# A client that asks again within this time after an answer has not been away.
LEASE_SLACK_SECONDS = 20.0
# Transactions commit in another order than their times say: look this far back. The group commit writes the time at
# which a message came in, and may wait so long for a lock; the rest is for clocks and for what it waited before.
OVERLAP_SECONDS = BATCH_SECONDS + 5.0
questions = Counter("kefu_questions", "Questions for events, by rung of the ladder.", ["transport", "kind"])

Receive = Callable[[], Awaitable[Any]]


class PollConsumer:
    """ASGI application of one kind of participant: `GET …/events` or `POST …/frames`."""

    def __init__(self, speaks_for: type[Participant], method: str) -> None:
        self.speaks_for, self.method = speaks_for, method

    async def __call__(self, scope: Any, receive: Receive, send: Any) -> None:
        fanout.adopt_running_loop()
        asked = Asked(scope, self.speaks_for)
        if scope["method"] == "OPTIONS":
            await answer_preflight(asked, send, self.method)
            return
        with suppress(Gone):
            await respond(asked, send, lambda: self._answer(asked, receive))

    async def _answer(self, asked: Asked, receive: Receive) -> Answer:
        if asked.scope["method"] != self.method:
            raise WrongMethod
        if asked.scope["outage"] is not None:
            raise asked.scope["outage"]
        address = address_of(asked.scope)
        connections.check_address(address)
        who = await identify(self.speaks_for, asked.tenant, asked.credentials, address)
        asked.is_let_in = True
        # Before anything of it is read: what cannot be read is a question as well.
        if wait := questions_of.of(who).take(time.monotonic()):
            raise RateLimited(retry_after=wait)
        if not asked.is_read:
            return await _post(who, asked, receive)
        return await _Question(who, asked, receive).answer()


async def _post(who: Participant, asked: Asked, receive: Receive) -> Answer:
    """Do what each frame says, one after the other, and answer with what a socket would have sent."""
    encoding = asked.given_encoding
    given = encoding.split(await read_request(receive))
    if len(given) > MAX_FRAMES:
        raise Invalid(f"A request has at most {MAX_FRAMES} frames.")
    bucket, answers = frames_of.of(who), []
    for wire in given:
        try:
            frame = await answer(who, wire, encoding, bucket)
        except BadFrame as bad:
            frame = bad.frame
        if frame is not None:
            answers.append(frame)
    return Answer(answers)


class _Question:
    """One `GET …/events`."""

    def __init__(self, who: Participant, asked: Asked, receive: Receive) -> None:
        self.participant = who
        self.receive = receive
        self.started = time.time()
        self.is_handshake = "after" not in asked.query
        self.positions = _positions(asked.query.get("after", ""))
        # Nothing has changed since a moment to come: a clock that is ahead must not hide what changes until then.
        self.since = min(asked.number("since", 0), self.started * 1000)
        self.wait = min(asked.number("wait", 0), MAX_WAIT)
        self.epoch = asked.query.get("epoch", "")
        self.connection_id = asked.connection_id()
        self.address = address_of(asked.scope)
        self.encoding: Encoding = asked.encoding
        self.arrivals = Arrivals({str(pk): seq for pk, seq in self.positions.items()}, who.sift)

    async def answer(self) -> Answer:
        if self.is_handshake:
            return await self._greet()
        if self._knows_another_history():
            # What this process remembers of the brand may be older than what the client was told.
            await self._recheck()
        await self._hold_lease()
        questions.labels("long_poll" if self.wait else "poll", self.participant.kind).inc()
        frames = await (self._listen() if self.wait else self._missed())
        if self.arrivals.refusal is not None:
            raise self.arrivals.refusal
        return Answer(frames, {"ts": int(self.started * 1000)})

    async def _listen(self) -> list[Frame]:
        who = self.participant
        topics = [*who.topics(), fanout.brand_topic(who.tenant), *who.topics_of(self.positions)]
        # Join first, then read: what is written in between comes by the topic.
        async with fanout.listening(topics, self.arrivals.deliver):
            if missed := await self._missed_events():
                return missed + await self._changed()
            # For as long as the overlap they are found again and again: no reason to answer each question at once.
            changed = await self._changed()
            await self._recheck()
            await self._park(UNHURRIED_SECONDS if changed else self.wait)
            if self.arrivals.has_lost:
                await asyncio.sleep(random.uniform(0, CATCH_UP_SECONDS))
                await self._recheck()
            if self.arrivals.is_unsure:
                return [*await self._missed(), *self.arrivals.orders()]
            return changed + self.arrivals.frames()

    def _knows_another_history(self) -> bool:
        return self.epoch not in ("", str(self.participant.tenant.epoch))

    async def _recheck(self) -> None:
        """Raises as the participant's, and EpochChanged."""
        await self.participant.recheck()
        if self._knows_another_history():
            raise EpochChanged

    def deliver(self, message: dict[str, Any]) -> None:
        self.arrivals.deliver(message)

    def drain(self) -> None:
        self.arrivals.take(DRAIN)

    def is_silent(self, now: float) -> bool:
        return False  # it ends by itself

    def end_idle(self) -> None:
        pass

    async def _greet(self) -> Answer:
        who, connection_id = self.participant, new_connection_id()
        await leases.lend(who.tenant, who.kind, who.me, connection_id, LEASE_SLACK_SECONDS)
        await who.enter()
        return Answer([hello_frame(who, connection_id)], {"ts": int(self.started * 1000)})

    async def _hold_lease(self) -> None:
        who = self.participant
        if self.connection_id:
            await leases.lend(who.tenant, who.kind, who.me, self.connection_id, self.wait + LEASE_SLACK_SECONDS)

    async def _missed(self) -> list[Frame]:
        """What the database says happened after the positions, and since the last answer."""
        return await self._missed_events() + await self._changed()

    async def _missed_events(self) -> list[Frame]:
        if not self.positions:
            return []
        data = await self.participant.catch_up(self.positions, self.epoch)
        partial = {pk: found for pk, found in data["conversations"].items() if not found["recovered"]}
        frames: list[Frame] = []
        if partial:
            frames.append({"type": "resumed", "data": {**data, "conversations": partial}})
        return frames + [event for found in data["conversations"].values() for event in found["events"]]

    async def _changed(self) -> list[Frame]:
        if not self.since:
            return []
        return await self.participant.changed_since(self.since / 1000 - OVERLAP_SECONDS, self.positions)

    async def _park(self, seconds: float) -> None:
        """Wait for something to tell, as long as the client waits for us."""
        connections.add(self, self.address, "long_poll")
        left = asyncio.ensure_future(self._until_left())
        arrival = asyncio.ensure_future(self.arrivals.wait(seconds))
        try:
            done, _ = await asyncio.wait({left, arrival}, return_when=asyncio.FIRST_COMPLETED)
            if left in done:
                left.result()
                raise Gone
        finally:
            connections.remove(self, self.address, "long_poll")
            left.cancel()
            arrival.cancel()

    async def _until_left(self) -> None:
        body = bytearray()
        with suppress(Gone):
            while True:
                await read_piece(body, self.receive)


def _positions(text: str) -> dict[UUID, int]:
    """Read `<conversation>:<seq>,…`."""
    positions: dict[UUID, int] = {}
    try:
        for pair in text.split(",") if text else []:
            conversation, _, seq = pair.partition(":")
            positions[UUID(conversation)] = int(seq)
    except ValueError:
        raise Invalid("`after` is a list of `conversation:seq`, separated by commas.") from None
    if len(positions) > MAX_RESUMED or any(not 0 <= seq <= MAX_SEQ for seq in positions.values()):
        raise Invalid(f"`after` names at most {MAX_RESUMED} conversations, each with a seq from 0.")
    return positions
