"""Frames as JSON and as protobuf, one by one (socket) and many in a body (long poll, poll)."""

import json
from collections.abc import Iterable
from typing import Any, Protocol

from .frames import Frame, frame_of, json_of

Raw = str | bytes
Frames = list[Frame]


class Encoding(Protocol):
    subprotocol: str
    content_type: str

    def encode(self, frame: Frame) -> Raw: ...

    def decode(self, raw: Raw) -> Frame | None:
        """Return None for what is not a frame."""

    def encode_body(self, frames: Iterable[Frame]) -> bytes: ...

    def decode_body(self, body: bytes) -> tuple[Frames, int | None]:
        """Return the frames and the server's time of the answer. Raises ValueError."""


class JsonEncoding:
    subprotocol = "kefu.v1.json"
    content_type = "application/json"

    def encode(self, frame: Frame) -> Raw:
        return _dump(json_of(frame))

    def decode(self, raw: Raw) -> Frame | None:
        try:
            return frame_of(json.loads(raw))
        except ValueError:
            return None

    def encode_body(self, frames: Iterable[Frame]) -> bytes:
        return _dump({"frames": [json_of(frame) for frame in frames]}).encode()

    def decode_body(self, body: bytes) -> tuple[Frames, int | None]:
        value = json.loads(body)
        if not isinstance(value, dict) or not isinstance(value.get("frames"), list):
            raise ValueError("Not a body of frames.")
        ts = value.get("ts")
        return _frames(value["frames"]), ts if isinstance(ts, int) else None


class ProtobufEncoding:
    """Needs the package protobuf: `pip install kefu-client[protobuf]`."""

    subprotocol = "kefu.v1.proto"
    content_type = "application/x-protobuf"

    def __init__(self) -> None:
        from .wire import frames

        self._wire = frames

    def encode(self, frame: Frame) -> Raw:
        return self._wire.encode(json_of(frame))

    def decode(self, raw: Raw) -> Frame | None:
        try:
            return frame_of(self._wire.decode_frame(raw)) if isinstance(raw, bytes) else None
        except ValueError:
            return None

    def encode_body(self, frames: Iterable[Frame]) -> bytes:
        return self._wire.frames_to(self._wire.encode(json_of(frame)) for frame in frames)

    def decode_body(self, body: bytes) -> tuple[Frames, int | None]:
        found = [self._wire.decode_frame(one) for one in self._wire.frames_from(body)]
        return _frames(found), self._wire.time_of_frames(body)


def _dump(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _frames(values: list[Any]) -> Frames:
    return [frame for value in values if (frame := frame_of(value)) is not None]
