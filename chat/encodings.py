"""How frames are written on the wire. An event is encoded at most once per encoding and process (docs/realtime.md)."""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from chat.errors import Malformed
from chat.events import Frame
from chat.protocol import Command, decode

# What one WebSocket message carries: text of JSON, bytes of protobuf.
Wire = str | bytes

_encode_json = msgspec.json.Encoder().encode


class _Body(msgspec.Struct):
    frames: list[msgspec.Raw]


_decode_body = msgspec.json.Decoder(_Body).decode


class Encoding(Protocol):
    subprotocol: str
    content_type: str

    def encode(self, frame: Frame) -> Wire:
        """Write one frame."""

    def encode_push(self, message: dict[str, Any]) -> Wire:
        """Write the frame of a push that came over the bus; all its receivers in this process get the same object."""

    def decode(self, given: Wire) -> Command:
        """Read one frame. Raises Malformed, TooLarge, UnknownType, Invalid."""

    def split(self, body: bytes) -> list[Wire]:
        """Take a request's body apart into its frames. Raises Malformed."""

    def encode_many(self, frames: Sequence[Frame], fields: dict[str, Any]) -> bytes:
        """Write the body of an HTTP answer: frames and what stands beside them."""


class JsonEncoding:
    subprotocol = "kefu.v1.json"
    content_type = "application/json"

    def encode(self, frame: Frame) -> Wire:
        return _encode_json(frame).decode()

    def encode_push(self, message: dict[str, Any]) -> Wire:
        text: str = message["text"]
        return text

    def decode(self, given: Wire) -> Command:
        if not isinstance(given, str):
            raise Malformed("This subprotocol has text frames only.")
        return decode(given)

    def split(self, body: bytes) -> list[Wire]:
        try:
            return [bytes(raw).decode() for raw in _decode_body(body).frames]
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            raise Malformed('The body is not `{"frames": [...]}`.') from None

    def encode_many(self, frames: Sequence[Frame], fields: dict[str, Any]) -> bytes:
        return _encode_json({"frames": frames, **fields})


JSON = JsonEncoding()
ENCODINGS: tuple[Encoding, ...] = (JSON,)


def choose_by_subprotocol(offered: Sequence[str]) -> Encoding | None:
    """The first encoding that the client offers; None when it offers none of ours."""
    known = {encoding.subprotocol: encoding for encoding in ENCODINGS}
    return next((known[name] for name in offered if name in known), None)


def choose_by_content_type(header: str) -> Encoding | None:
    """The encoding that an `Accept` or `Content-Type` header names; None when it names none of ours."""
    names = {part.partition(";")[0].strip().lower() for part in header.split(",")}
    return next((encoding for encoding in ENCODINGS if encoding.content_type in names), None)
