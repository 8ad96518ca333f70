"""Both encodings as a client writes and reads them."""

import json
from collections.abc import Sequence
from typing import Any

from chat import wire
from chat.wire.frames import time_of_frames

Frame = dict[str, Any]


class Json:
    name, subprotocol, content_type = "json", "kefu.v1.json", "application/json"

    def write(self, frame: Frame) -> str | bytes:
        return json.dumps(frame)

    def read(self, given: str | bytes) -> Frame:
        assert isinstance(given, str), "JSON travels in text frames"
        return json.loads(given)

    def write_body(self, frames: Sequence[Frame]) -> bytes:
        return json.dumps({"frames": frames}).encode()

    def read_body(self, body: bytes) -> tuple[list[Frame], int | None]:
        read = json.loads(body)
        assert set(read) <= {"frames", "ts"}
        return read["frames"], read.get("ts")


class Proto:
    name, subprotocol, content_type = "proto", "kefu.v1.proto", "application/x-protobuf"

    def write(self, frame: Frame) -> str | bytes:
        return wire.encode(frame)

    def read(self, given: str | bytes) -> Frame:
        assert isinstance(given, bytes), "protobuf travels in binary frames"
        return wire.decode_frame(given)

    def write_body(self, frames: Sequence[Frame]) -> bytes:
        return wire.frames_to([wire.encode(frame) for frame in frames])

    def read_body(self, body: bytes) -> tuple[list[Frame], int | None]:
        return [wire.decode_frame(one) for one in wire.frames_from(body)], time_of_frames(body)


Codec = Json | Proto
CODECS: dict[str, Codec] = {"json": Json(), "proto": Proto()}
