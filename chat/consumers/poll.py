"""Long poll and poll: the same frames without a connection. `after` is the position, and the position is the ack.

Nothing is kept between two questions, so a client may ask another process each time, or go back to a socket.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from chat import fanout
from chat.connections import address_of, connections
from chat.consumers.answering import BadFrame, answer, hello_frame
from chat.consumers.buckets import buckets
from chat.consumers.http import Answer, Asked, Gone, answer_preflight, read_request, respond
from chat.consumers.inbox import Inbox
from chat.encodings import Encoding
from chat.errors import EpochChanged, Invalid
from chat.events import Frame
from chat.participants.participant import Participant
from chat.presence import leases, new_connection_id
from chat.protocol import MAX_RESUMED, MAX_SEQ

MAX_WAIT = 25.0
MAX_FRAMES = 50
# A client that asks again within this time after an answer has not been away.
LEASE_SLACK_SECONDS = 20.0
# Transactions commit in another order than their times say: look this far back.
OVERLAP_SECONDS = 5.0
DRAIN: Frame = {"type": "drain", "data": {}}

Receive = Callable[[], Awaitable[Any]]


class PollConsumer:
    """ASGI application of one kind of participant: `GET …/events` and `POST …/frames`."""

    def __init__(self, speaks_for: type[Participant]) -> None:
        self.speaks_for = speaks_for

    async def __call__(self, scope: Any, receive: Receive, send: Any) -> None:
        fanout.adopt_running_loop()
        asked = Asked(scope, self.speaks_for)
        if scope["method"] == "OPTIONS":
            await answer_preflight(asked, send)
            return
        with suppress(Gone):
            await respond(asked, send, lambda: self._answer(asked, receive))

    async def _answer(self, asked: Asked, receive: Receive) -> Answer:
        connections.check_address(address_of(asked.scope))
        who = await self.speaks_for.identify(asked.tenant, asked.credentials)
        if asked.is_read:
            return await _Question(who, asked, receive).answer()
        return await _post(who, asked, await read_request(asked, receive))


async def _post(who: Participant, asked: Asked, body: bytes) -> Answer:
    """Do what each frame says, one after the other, and answer with what a socket would have sent."""
    given = asked.given_encoding.split(body)
    if len(given) > MAX_FRAMES:
        raise Invalid(f"A request has at most {MAX_FRAMES} frames.")
    bucket, answers = buckets.of(who), []
    for wire in given:
        try:
            frame = await answer(who, wire, asked.given_encoding, bucket)
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
        self.since = asked.number("since", 0)
        self.wait = min(asked.number("wait", 0), MAX_WAIT)
        self.epoch = asked.query.get("epoch", "")
        self.connection_id = asked.connection_id()
        self.address = address_of(asked.scope)
        self.encoding: Encoding = asked.encoding
        self.inbox = Inbox({str(pk): seq for pk, seq in self.positions.items()})

    async def answer(self) -> Answer:
        if self.is_handshake:
            return await self._greet()
        if self.epoch not in ("", str(self.participant.tenant.epoch)):
            raise EpochChanged
        await self._hold_lease()
        who = self.participant
        topics = [*who.topics(), fanout.brand_topic(who.tenant), *who.topics_of(self.positions)]
        # Join first, then read: what is written in between comes by the topic.
        async with fanout.listening(topics, self.inbox.deliver):
            frames = await self._missed()
            if not frames and self.wait:
                await self._park()
                frames = await self._missed() if self.inbox.is_unsure else self.inbox.frames()
        if self.inbox.refusal is not None:
            raise self.inbox.refusal
        return Answer(frames, {"ts": int(self.started * 1000)})

    def drain(self) -> None:
        self.inbox.take(DRAIN)

    async def _greet(self) -> Answer:
        who, connection_id = self.participant, new_connection_id()
        await leases.lend(who.tenant, who.kind, who.me, connection_id, LEASE_SLACK_SECONDS)
        await who.connected()
        return Answer([hello_frame(who, connection_id)], {"ts": int(self.started * 1000)})

    async def _hold_lease(self) -> None:
        who = self.participant
        if self.connection_id:
            await leases.lend(who.tenant, who.kind, who.me, self.connection_id, self.wait + LEASE_SLACK_SECONDS)

    async def _missed(self) -> list[Frame]:
        """What the database says happened after the positions, and since the last answer."""
        frames: list[Frame] = []
        if self.positions:
            data = await self.participant.catch_up(self.positions, self.epoch)
            partial = {pk: found for pk, found in data["conversations"].items() if not found["recovered"]}
            if partial:
                frames.append({"type": "resumed", "data": {**data, "conversations": partial}})
            frames += [event for found in data["conversations"].values() for event in found["events"]]
        if self.since:
            frames += await self.participant.changed_since(self.since / 1000 - OVERLAP_SECONDS, self.positions)
        return frames

    async def _park(self) -> None:
        """Wait for something to tell, as long as the client waits for us."""
        connections.add(self, self.address, "long_poll")
        left = asyncio.ensure_future(self._until_left())
        arrival = asyncio.ensure_future(self.inbox.wait(self.wait))
        try:
            done, _ = await asyncio.wait({left, arrival}, return_when=asyncio.FIRST_COMPLETED)
            if left in done:
                raise Gone
        finally:
            connections.remove(self, self.address, "long_poll")
            left.cancel()
            arrival.cancel()

    async def _until_left(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass


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
