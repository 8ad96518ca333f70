"""What a server may answer. Anything else is a finding."""

import json
import re
from typing import Any

from chat.wire import decode_frame
from tests.fuzz.mutate import JSON
from tests.fuzz.valid import Frame

# docs/realtime.md, and nothing beside it; `internal` would be our fault.
CODES = {
    "malformed",
    "unknown_type",
    "too_large",
    "invalid",
    "not_found",
    "conflict",
    "conversation_closed",
    "forbidden",
    "not_answered_yet",
    "too_late",
    "conversation_archived",
    "rate_limited",
    "overloaded",
}
BAD_FRAME_CODES = {"malformed", "unknown_type", "too_large"}
# Protocol's end, too slow, and what the WebSocket layer itself says: message too big, no UTF-8.
CLOSE_CODES = {4400, 4410, 4429, 1007, 1009}
# What a request may be answered with: done, its own fault, or later.
HTTP_STATUSES = {200, 400, 404, 409, 413, 414, 415, 429, 431, 503}
ENVELOPE = {"type", "id", "reply_to", "conversation", "seq", "ts", "data"}
EXCEPTION_TEXT = re.compile(
    r"Traceback|File \"|\b[A-Z][A-Za-z]*(Error|Exception|Warning)\b|0x[0-9a-f]{6,}|psycopg|django|msgspec"
    r"|google\.|<class|object at|NoneType|site-packages|\.py\b|SELECT|INSERT|relation \""
)


def read_answer(raw: "str | bytes", encoding: str) -> Frame:
    """The frame, or ValueError for what is none in this encoding."""
    if isinstance(raw, str) != (encoding == JSON):
        raise ValueError(f"a {type(raw).__name__} frame in {encoding}")
    frame: Any = json.loads(raw) if isinstance(raw, str) else decode_frame(raw)
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str) or not set(frame) <= ENVELOPE:
        raise ValueError("not an envelope")
    return frame


def fault_of(frame: Frame) -> str | None:
    """What is wrong with an answer; None when nothing is."""
    if frame["type"] != "error":
        return None
    data = frame.get("data")
    if not isinstance(data, dict) or data.get("code") not in CODES:
        return f"error with the code {data.get('code') if isinstance(data, dict) else data!r}"
    if EXCEPTION_TEXT.search(str(data)):
        return f"the text of an exception: {data.get('message')}"
    return None
