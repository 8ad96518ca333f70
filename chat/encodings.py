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


class ProtoEncoding:
    """Protobuf (chat/wire). Loaded when the first client asks for it: most processes never need it."""

    subprotocol = "kefu.v1.proto"
    content_type = "application/x-protobuf"

    def encode(self, frame: Frame) -> Wire:
        from chat import wire

        # Events from hot history are bytes of JSON inside the frame.
        return wire.transcode(_encode_json(frame)) if frame["type"] == "resumed" else wire.encode(frame)

    def encode_push(self, message: dict[str, Any]) -> Wire:
        from chat import wire

        known: bytes | None = message.get("proto")
        if known is None:
            known = message["proto"] = wire.transcode(message["text"])
        return known

    def decode(self, given: Wire) -> Command:
        from chat import wire

        if isinstance(given, str):
            raise Malformed("This subprotocol has binary frames only.")
        return wire.decode_command(given)

    def split(self, body: bytes) -> list[Wire]:
        from chat import wire

        try:
            return list(wire.frames_from(body))
        except ValueError:
            raise Malformed("The body is not a `Frames` of kefu.proto.") from None

    def encode_many(self, frames: Sequence[Frame], fields: dict[str, Any]) -> bytes:
        from chat import wire

        plain = (self.encode(frame) if isinstance(frame, dict) else wire.transcode(frame) for frame in frames)
        return wire.frames_to([bytes(one) for one in plain if isinstance(one, bytes)], fields.get("ts"))


JSON = JsonEncoding()
PROTO = ProtoEncoding()
ENCODINGS: tuple[Encoding, ...] = (JSON, PROTO)


def choose_by_subprotocol(offered: Sequence[str]) -> Encoding | None:
    """The first encoding that the client offers; None when it offers none of ours."""
    known = {encoding.subprotocol: encoding for encoding in ENCODINGS}
    return next((known[name] for name in offered if name in known), None)


def choose_by_content_type(header: str) -> Encoding | None:
    """The encoding that an `Accept` or `Content-Type` header names; None when it names none of ours."""
    names = {part.partition(";")[0].strip().lower() for part in header.split(",")}
    return next((encoding for encoding in ENCODINGS if encoding.content_type in names), None)
