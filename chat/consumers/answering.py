"""From a frame to the frame that answers it, by whatever transport it came; faults become `error` frames."""

import logging
import time
from typing import Any

from chat.consumers.bucket import TokenBucket
from chat.encodings import Encoding, Wire
from chat.errors import (
    Forbidden,
    Malformed,
    NotFound,
    Overloaded,
    RateLimited,
    Refusal,
    TooLarge,
    Unauthenticated,
    UnknownType,
)
from chat.events import Frame
from chat.participants.participant import Participant
from chat.protocol import (
    CLOSE_AUTHENTICATION,
    CLOSE_FORBIDDEN,
    CLOSE_LATER,
    CLOSE_RATE,
    HEARTBEAT_SECONDS,
    LIMITS,
)
from tenants.context import ContextOverloaded

logger = logging.getLogger(__name__)

MAX_RETRY_SECONDS = 5.0
DRAIN: Frame = {"type": "drain", "data": {}}
INTERNAL = {"code": "internal", "message": "Something went wrong on the server. Try again."}


class BadFrame(Exception):
    """The frame itself is at fault: `frame` answers it, and a client that goes on so is cut off."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self.frame = frame


async def answer(who: Participant, given: Wire, encoding: Encoding, bucket: TokenBucket) -> Frame | None:
    """Read a frame, do what it says, and return the answer, if it has one. Raises BadFrame."""
    reply_to: str | None = None
    wait = bucket.take(time.monotonic())
    try:
        command = encoding.decode(given)
        reply_to = command.id
        # Only now: a refusal that does not name its command would leave the client waiting for an answer.
        if wait:
            raise _too_many(wait)
        return await who.answer(command)
    except Refusal as refusal:
        named = getattr(refusal, "reply_to", None) or reply_to
        if isinstance(refusal, Malformed | UnknownType | TooLarge):
            raise BadFrame(error_frame(_too_many(wait) if wait else refusal, named)) from None
        return error_frame(refusal, named)
    except ContextOverloaded as overloaded:
        return error_frame(Overloaded(retry_after=overloaded.retry_after), reply_to)
    except Exception:
        # Whatever went wrong inside stays inside.
        logger.exception("a frame failed")
        return {"type": "error", "reply_to": reply_to, "data": INTERNAL}


def _too_many(wait: float) -> RateLimited:
    return RateLimited(retry_after=min(MAX_RETRY_SECONDS, round(wait, 2)))


def error_frame(refusal: Refusal, reply_to: str | None) -> Frame:
    data: dict[str, Any] = {"code": refusal.code, "message": refusal.detail}
    if refusal.retry_after is not None:
        data["retry_after"] = refusal.retry_after
    return {"type": "error", "reply_to": reply_to, "data": data}


def hello_frame(who: Participant, connection_id: str) -> Frame:
    """The first frame of every connection: who one is, at which brand, under which limits."""
    tenant = who.tenant
    data = {
        "session": connection_id,
        "epoch": str(tenant.epoch),
        "heartbeat": HEARTBEAT_SECONDS,
        "limits": LIMITS,
        "server_time": int(time.time() * 1000),
        "me": who.hello(),
        "brand": {"id": str(tenant.pk), "slug": tenant.slug, "name": tenant.name, "accent": tenant.accent},
    }
    return {"type": "hello", "data": data}


def close_code_of(error: Exception) -> int:
    """The close code that tells a client why it was not let in; what is not its fault passes: try later."""
    if isinstance(error, Unauthenticated):
        return CLOSE_AUTHENTICATION
    if isinstance(error, Forbidden | NotFound):
        return CLOSE_FORBIDDEN
    return CLOSE_RATE if isinstance(error, RateLimited) else CLOSE_LATER
