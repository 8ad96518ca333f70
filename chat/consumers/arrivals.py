"""What arrives while a long poll is parked, and which of it the answer holds. No I/O but waiting."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

from chat.errors import EpochChanged, Forbidden, Overloaded, Refusal, Unauthenticated
from chat.events import Frame
from chat.protocol import CLOSE_AUTHENTICATION, CLOSE_EPOCH, CLOSE_FORBIDDEN

MAX_EVENTS = 256
# What belongs together (an event, the row it changed) leaves in one answer.
GATHER_SECONDS = 0.05
# Rows and presence alone are worth an answer only now and then: a busy desk changes several times a second.
UNHURRIED = ("conversation.updated", "presence.changed", "agent.availability_changed")
UNHURRIED_SECONDS = 1.0

# A pushed message as whoever asks may see it, or None.
Sift = Callable[[dict[str, Any]], dict[str, Any] | None]

_decode = msgspec.json.Decoder().decode


class Arrivals:
    """Frames of one parked question. `is_unsure`: something was lost or is out of order, ask the database."""

    def __init__(self, positions: dict[str, int], sift: Sift) -> None:
        self._positions = dict(positions)
        self._sift = sift
        self._frames: list[Frame] = []
        self._something = asyncio.Event()
        self._hurry = asyncio.Event()
        self.is_unsure = False
        # The bus was away, for all questions of this process at once.
        self.has_lost = False
        self.refusal: Refusal | None = None

    def deliver(self, message: dict[str, Any]) -> None:
        """A message of a topic."""
        if message["type"] == "push":
            if (seen := self._sift(message)) is not None:
                self.take(_decode(seen["text"]))
        elif message["type"] == "close.now":
            self.refusal = refusal_of(message["code"])
            self._wake()
        elif message["type"] == "bus.returned":
            self.is_unsure = self.has_lost = True
            self._wake()

    def take(self, frame: Frame) -> None:
        """Keep the frame if it is new to who asks."""
        seq, conversation = frame.get("seq"), frame.get("conversation")
        known = self._positions.get(str(conversation)) if seq is not None else None
        if seq is not None and known is not None:
            if seq <= known:
                return
            if seq > known + 1:
                self.is_unsure = True
                self._wake()
                return
            self._positions[str(conversation)] = seq
        if len(self._frames) >= MAX_EVENTS:
            self.is_unsure = True
            return
        self._frames.append(frame)
        self._something.set()
        if frame["type"] not in UNHURRIED:
            self._hurry.set()

    async def wait(self, seconds: float) -> None:
        """Return when there is something to tell, with what belongs to it, or after this time."""
        if await _is_set(self._something, seconds):
            await _is_set(self._hurry, UNHURRIED_SECONDS)
            await asyncio.sleep(GATHER_SECONDS)

    def frames(self) -> list[Frame]:
        return list(self._frames)

    def orders(self) -> list[Frame]:
        """What stands in no database: the order to go elsewhere."""
        return [frame for frame in self._frames if frame["type"] == "drain"]

    def _wake(self) -> None:
        self._something.set()
        self._hurry.set()


def refusal_of(code: int) -> Refusal:
    """What a request is told where a connection would be closed with this code."""
    as_refusal = {CLOSE_AUTHENTICATION: Unauthenticated, CLOSE_FORBIDDEN: Forbidden, CLOSE_EPOCH: EpochChanged}
    return as_refusal[code]() if code in as_refusal else Overloaded(retry_after=1.0)


async def _is_set(event: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
