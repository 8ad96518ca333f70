"""The shapes that travel: the envelope, log events, refusals."""

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


def frame_of(value: object) -> Frame | None:
    """Anything that is not an envelope gives None: one bad frame never stops the connection."""
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        return None
    data = value.get("data")
    return Frame(
        type=value["type"],
        data=data if isinstance(data, dict) else {},
        id=_text(value.get("id")),
        reply_to=_text(value.get("reply_to")),
        conversation=_text(value.get("conversation")),
        seq=_number(value.get("seq")),
        ts=_number(value.get("ts")),
    )


def json_of(frame: Frame) -> Json:
    names = ("id", "reply_to", "conversation", "seq", "ts")
    envelope: Json = {"type": frame.type}
    envelope |= {name: value for name in names if (value := getattr(frame, name)) is not None}
    return envelope | {"data": frame.data}


def log_event_of(value: object) -> LogEvent | None:
    frame = frame_of(value)
    return as_log_event(frame) if frame else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None
