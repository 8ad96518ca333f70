"""The shapes that travel: the envelope, log events, refusals."""

import json
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Frame:
    """An envelope. `seq` and `conversation` together make it an event of a conversation's log."""

    type: str
    data: Json = field(default_factory=dict)
    id: str | None = None
    reply_to: str | None = None
    conversation: str | None = None
    seq: int | None = None
    ts: int | None = None


@dataclass(frozen=True, slots=True)
class LogEvent:
    """An event of a conversation's log: gapless `seq`, delivered once and in order."""

    type: str
    conversation: str
    seq: int
    id: str = ""
    ts: int = 0
    data: Json = field(default_factory=dict)


class FrameError(Exception):
    """A refusal by the server, or one of our own: `disconnected`, `timeout`, `stopped`."""

    def __init__(self, code: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after = retry_after


def as_log_event(frame: Frame) -> LogEvent | None:
    if frame.seq is None or frame.conversation is None:
        return None
    return LogEvent(frame.type, frame.conversation, frame.seq, frame.id or "", frame.ts or 0, frame.data)


def decode_frame(raw: str | bytes) -> Frame | None:
    """Anything that is not an envelope gives None: one bad frame never stops the connection."""
    try:
        return frame_of(json.loads(raw))
    except ValueError:
        return None


def frame_of(value: object) -> Frame | None:
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        return None
    data = value.get("data")
    texts = {name: found for name in ("id", "reply_to", "conversation") if isinstance(found := value.get(name), str)}
    numbers = {name: found for name in ("seq", "ts") if isinstance(found := value.get(name), int)}
    return Frame(value["type"], data if isinstance(data, dict) else {}, **texts, **numbers)


def encode_frame(frame: Frame) -> str:
    return json.dumps(json_of(frame), separators=(",", ":"), ensure_ascii=False)


def json_of(frame: Frame) -> Json:
    names = ("id", "reply_to", "conversation", "seq", "ts")
    return {
        "type": frame.type,
        **{name: value for name in names if (value := getattr(frame, name)) is not None},
        "data": frame.data,
    }
