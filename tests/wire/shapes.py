"""Frames for property tests, drawn from the schema itself: each type with all that its data may hold."""

from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from hypothesis import strategies as st

from chat.wire.frames import _FIELDS
from chat.wire.kefu_pb2 import Frame

Strategy = st.SearchStrategy[Any]

texts = st.text(max_size=20)
ids = st.uuids().map(str)
int64 = st.integers(-(2**63), 2**63 - 1)
scalars: dict[int, Strategy] = {
    FieldDescriptor.TYPE_STRING: texts,
    FieldDescriptor.TYPE_INT64: int64,
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_DOUBLE: st.floats(allow_nan=False),
}
open_values = st.recursive(
    st.none() | st.booleans() | texts | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
open_maps = st.dictionaries(texts, open_values, max_size=3)

FRAME_FIELDS = Frame.DESCRIPTOR.fields_by_name
ACKS = ("ack_conversation", "ack_snapshot")


def envelopes(kind: str, data: Strategy) -> Strategy:
    optional = {"id": texts, "reply_to": texts, "conversation": ids, "seq": int64, "ts": int64}
    return st.fixed_dictionaries({"type": st.just(kind), "data": data}, optional=optional)


def data_of_field(field: str, depth: int = 2) -> Strategy:
    return data_of(FRAME_FIELDS[field].message_type, depth)


def data_of(shape: Descriptor, depth: int = 2) -> Strategy:
    if shape.full_name == "google.protobuf.Struct":
        return open_maps
    if shape.full_name == "google.protobuf.ListValue":
        return st.lists(texts, max_size=3)
    if shape.full_name == Frame.DESCRIPTOR.full_name:
        return frames(depth - 1) if depth else st.nothing()
    always = {f.name: values_of(f, depth) for f in shape.fields if not f.has_presence}
    perhaps = {f.name: values_of(f, depth) for f in shape.fields if f.has_presence}
    return st.fixed_dictionaries(always, optional=perhaps)


def values_of(field: FieldDescriptor, depth: int) -> Strategy:
    shape = field.message_type
    if shape is not None and shape.GetOptions().map_entry:
        entry = shape.fields_by_name
        return st.dictionaries(values_of(entry["key"], depth), values_of(entry["value"], depth), max_size=3)
    one = scalars[field.type] if shape is None else data_of(shape, depth)
    if not field.is_repeated:
        return one
    return st.lists(one, max_size=3) if depth or shape is None else st.just([])


def frames(depth: int = 2) -> Strategy:
    """Frames of every type."""
    kinds = [*_FIELDS.items()] if depth else [("message.created", "message_created"), ("ping", "ping")]
    known = [envelopes(kind, data_of_field(field, depth)) for kind, field in kinds if field != "other"]
    return st.one_of(known)
