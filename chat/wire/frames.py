"""Frames between dicts, as JSON gives them, and protobuf. Pure; kefu.proto says how the two correspond.

This file is copied into the Python SDK by `make proto`: it imports nothing of Kefu but the generated code beside it.

Null and missing are one: encoding leaves both out, and decoding leaves out every `optional` field and every message
that is not set. Lists, maps and fields without `optional` are always there, as in JSON.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Any, cast

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import DecodeError

from .kefu_pb2 import Frame, FramesAsBytes

logger = logging.getLogger(__name__)

ENVELOPE = ("type", "id", "reply_to", "conversation", "seq", "ts")
# Larger whole numbers are not exact in a Struct, nor in JavaScript.
MAX_EXACT = 2**53

Reader = Callable[[Any], Any]


def encode(frame: dict[str, Any]) -> bytes:
    """Write a frame. What the schema does not know goes into `other`: logged, never lost. Raises ValueError, TypeError
    for what cannot be a frame at all."""
    return to_message(frame).SerializeToString()


def decode_frame(data: bytes) -> dict[str, Any]:
    """Read a frame. Raises ValueError."""
    return from_message(parse(data))


def frames_to(frames: Iterable[bytes], ts: int | None = None) -> bytes:
    """Put encoded frames into a `Frames`, as they are."""
    return FramesAsBytes(frames=frames, ts=ts).SerializeToString()


def frames_from(data: bytes) -> list[bytes]:
    """Take a `Frames` apart into encoded frames, so that each can be refused by itself. Raises ValueError."""
    return list(_parse_frames(data).frames)


def time_of_frames(data: bytes) -> int | None:
    """The `ts` of a `Frames`."""
    frames = _parse_frames(data)
    return frames.ts if frames.HasField("ts") else None


def parse(data: bytes) -> Frame:
    try:
        return Frame.FromString(data)
    except DecodeError:
        raise ValueError("Not a frame in protobuf.") from None


def _parse_frames(data: bytes) -> FramesAsBytes:
    try:
        return FramesAsBytes.FromString(data)
    except DecodeError:
        raise ValueError("Not a `Frames` in protobuf.") from None


def to_message(frame: dict[str, Any]) -> Frame:
    head: dict[str, Any] = {name: frame.get(name) for name in ENVELOPE}
    field, data = _typed(frame["type"], frame.get("data") or {})
    try:
        return Frame(**{**head, field: data})
    except (ValueError, TypeError) as error:
        logger.warning("wire: data without a place in kefu.proto: %s: %s", frame["type"], error)
        return Frame(**head, other=frame["data"])


def from_message(frame: Frame) -> dict[str, Any]:
    read = head_of(frame)
    read["data"] = data_of(frame)
    return read


def head_of(frame: Frame) -> dict[str, Any]:
    """The envelope without its data."""
    head: dict[str, Any] = {"type": frame.type}
    for name in ENVELOPE[1:]:
        # Asking for presence costs twice as much as reading: only where reading does not tell.
        if (value := getattr(frame, name)) or frame.HasField(name):
            head[name] = value
    return head


def data_of(frame: Frame) -> dict[str, Any]:
    field = frame.WhichOneof("data")
    if field is None:
        return {}
    data: dict[str, Any] = _DATA_READERS[field](getattr(frame, field))
    return data


# ---- writing ----


def _typed(kind: str, data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The field of the data and the data as protobuf's constructor takes them: events inside are frames again."""
    if kind == "ack" and isinstance(data.get("conversation"), dict):
        if "events" not in data:
            return "ack_conversation", data
        return "ack_snapshot", _with_events(data)
    if kind == "resumed":
        found = data.get("conversations") or {}
        return "resumed", {**data, "conversations": {key: _with_events(one) for key, one in found.items()}}
    return _FIELDS.get(kind, "other"), data


def _with_events(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "events": [to_message(event) for event in data["events"]]}


# ---- reading ----


def _reader(shape: Descriptor) -> Reader:
    """A function that reads messages of this shape; made once per shape, since walking descriptors is slow."""
    special = _SPECIAL.get(shape.full_name)
    if special is not None:
        return special
    fields = shape.fields
    plain = [f.name for f in fields if not f.is_repeated and not f.has_presence]
    optional = [f.name for f in fields if f.has_presence and f.message_type is None]
    messages = [(f.name, _reader(f.message_type)) for f in fields if f.has_presence and f.message_type is not None]
    many = [(f.name, _reader_of_many(f)) for f in fields if f.is_repeated]

    def read(message: Any) -> dict[str, Any]:
        data = {name: getattr(message, name) for name in plain}
        for name in optional:
            if (value := getattr(message, name)) or message.HasField(name):
                data[name] = value
        for name, read_one in messages:
            if message.HasField(name):
                data[name] = read_one(getattr(message, name))
        for name, read_many in many:
            data[name] = read_many(getattr(message, name))
        return data

    return read


def _reader_of_many(field: FieldDescriptor) -> Reader:
    shape = field.message_type
    if shape is None:
        return list
    if not shape.GetOptions().map_entry:
        read = _reader(shape)
        return lambda many: [read(one) for one in many]
    value = shape.fields_by_name["value"].message_type
    if value is None:
        return dict
    read_value = _reader(value)
    return lambda entries: {key: read_value(one) for key, one in entries.items()}


def _read_struct(struct: Any) -> dict[str, Any]:
    return {key: _read_value(value) for key, value in struct.fields.items()}


def _read_value(value: Any) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() and abs(number) < MAX_EXACT else number
    if kind == "struct_value":
        return _read_struct(value.struct_value)
    if kind == "list_value":
        return [_read_value(one) for one in value.list_value.values]
    return None if kind in (None, "null_value") else getattr(value, kind)


_SPECIAL: dict[str, Reader] = {
    "google.protobuf.Struct": _read_struct,
    "google.protobuf.ListValue": lambda many: [_read_value(one) for one in many.values],
    Frame.DESCRIPTOR.full_name: from_message,
}
_ONEOF = Frame.DESCRIPTOR.oneofs_by_name["data"].fields
# Types to the fields of their data: `conversation.read` to `conversation_read`.
_FIELDS = {field.name.replace("_", ".", 1): field.name for field in _ONEOF if not field.name.startswith("ack_")}
_DATA_READERS = {field.name: _reader(cast("Descriptor", field.message_type)) for field in _ONEOF}
