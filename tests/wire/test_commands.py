"""A command in protobuf gives what it gives in JSON: the same command or the same refusal."""

import json
import math
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.errors import Refusal
from chat.protocol import COMMANDS, MAX_FRAME_BYTES, Command, decode
from chat.wire import decode_command, encode
from chat.wire.frames import _FIELDS
from chat.wire.kefu_pb2 import Frame
from tests.wire.shapes import FRAME_FIELDS, ids

CLIENT_ID = str(uuid4())


def outcome(read: Any, frame: str | bytes) -> Command | tuple[type, str | None]:
    try:
        return read(frame)
    except Refusal as refusal:
        return (type(refusal), getattr(refusal, "reply_to", None))


def both(frame: dict[str, Any]) -> tuple[Any, Any]:
    return outcome(decode, json.dumps(frame, ensure_ascii=False)), outcome(decode_command, encode(frame))


@pytest.mark.parametrize("kind", COMMANDS)
def test_the_schema_has_every_field_of_every_command(kind):
    assert kind in _FIELDS, "add the command to chat/wire/kefu.proto"
    known = {field.name for field in FRAME_FIELDS[_FIELDS[kind]].message_type.fields}
    assert {field.name for field in msgspec.structs.fields(COMMANDS[kind])} <= known


# Values as near to right ones as wrong ones get; without null, which protobuf cannot tell from missing.
near = st.one_of(
    ids,
    st.uuids().map(lambda pk: pk.hex),
    st.sampled_from(["", "text", "file", "online", "x" * 65, "字" * 4000, "字" * 4001, "a" * 4001]),
    st.sampled_from([0, 1, -1, 2**53 - 1, 1.5, True, False, [], {}, [""], {"a": 1}]),
    st.lists(ids, max_size=12),
    st.dictionaries(ids, st.integers(-3, 2**53 - 1), max_size=3),
)


def values_near(kind: str, name: str) -> st.SearchStrategy[Any]:
    """Protobuf's constructor takes anything iterable for a list and any number for yes or no, so there only lists, and
    no numbers, are put."""
    field = FRAME_FIELDS[_FIELDS[kind]].message_type.fields_by_name[name]
    if field.type == field.TYPE_BOOL:
        return st.booleans() | ids | st.sampled_from(["", [], {}])
    if not field.is_repeated:
        return near
    if field.message_type is None:
        return st.lists(ids | st.just("x"), max_size=12)
    return st.dictionaries(ids | st.just("x"), st.integers(-3, 2**53 - 1), max_size=3)


@pytest.mark.parametrize("kind", COMMANDS)
@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_commands_are_read_as_in_json(kind, data):
    fields = {field.name: values_near(kind, field.name) for field in msgspec.structs.fields(COMMANDS[kind])}
    envelope = {"id": st.text(max_size=3) | st.just("x" * 65), "conversation": ids | st.just("nonsense")}
    frames = st.fixed_dictionaries(
        {"type": st.just(kind), "data": st.fixed_dictionaries({}, optional={**fields, "more": near})}, optional=envelope
    )
    in_json, in_proto = both(data.draw(frames))
    assert in_json == in_proto


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("message.create", {"client_id": CLIENT_ID, "text": "Hello"}),
        ("message.create", {"client_id": CLIENT_ID, "kind": "file", "file_ids": [CLIENT_ID]}),
        ("note.create", {"client_id": CLIENT_ID, "text": "Hello"}),
        ("resume", {"conversations": {CLIENT_ID: 7}, "epoch": CLIENT_ID}),
        ("resume", {}),
        ("conversation.read", {"seq": 2**63 - 1}),
        ("note.create", {"client_id": CLIENT_ID, "text": "Hello", "mentions": [CLIENT_ID]}),
        ("conversation.transfer", {"agent": CLIENT_ID}),
        ("conversation.transfer", {"queue": CLIENT_ID, "note": "knows tents"}),
        ("conversation.view", {"is_writing": True, "has_left": False}),
        ("availability.set", {"availability": "away"}),
        ("typing.start", {"text": "He"}),
        ("ping", {}),
    ],
)
def test_right_commands_are_typed_and_read(kind, data):
    frame = {"type": kind, "id": "1", "conversation": CLIENT_ID, "data": data}
    assert Frame.FromString(encode(frame)).WhichOneof("data") == _FIELDS[kind]
    in_json, in_proto = both(frame)
    assert isinstance(in_json, Command)
    assert in_json == in_proto


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "conversation.read", "id": "1", "data": {"seq": -1}},
        {"type": "message.create", "id": "1", "data": {"client_id": "x", "text": "x"}},
        {"type": "message.create", "id": "1", "data": {"text": "no id"}},
        {"type": "availability.set", "id": "1", "data": {"availability": "asleep"}},
        {"type": "resume", "id": "1", "data": {"conversations": {str(uuid4()): 0 for _ in range(201)}}},
        {"type": "__class__", "id": "1", "data": {}},
        {"type": "message.created", "id": "1", "data": {"text": "x"}},
        {"type": "push", "data": {}},
        {"type": "x" * 65, "id": "1", "data": {}},
        {"type": "ping", "id": "x" * 65, "data": {}},
        {"type": "ping", "conversation": "x", "data": {}},
    ],
    ids=range(11),
)
def test_wrong_commands_are_refused_alike(frame):
    in_json, in_proto = both(frame)
    assert isinstance(in_json, tuple)
    assert in_json == in_proto


@pytest.mark.parametrize("data", [b"\xff", b"\x0a\x05ab", b"\x0a\x02\xff\xfe", b"", b"\x08\x01", b"{}" * 40])
def test_what_is_no_frame_is_malformed(data):
    with pytest.raises(Refusal) as refused:
        decode_command(data)
    assert refused.value.code == "malformed"


def test_numbers_that_are_none_are_refused():
    frame = Frame(type="conversation.read", id="1", other={"seq": math.inf})
    with pytest.raises(Refusal) as refused:
        decode_command(frame.SerializeToString())
    assert (refused.value.code, refused.value.reply_to) == ("invalid", "1")


def test_a_frame_has_at_most_64_kilobytes():
    with pytest.raises(Refusal) as refused:
        decode_command(b"\x00" * (MAX_FRAME_BYTES + 1))
    assert refused.value.code == "too_large"


def test_data_of_another_type_are_no_data():
    frame = Frame(type="conversation.read", id="1", typing_start={"text": "x"})
    with pytest.raises(Refusal) as refused:
        decode_command(frame.SerializeToString())
    assert refused.value.code == "invalid"


def test_nesting_ends_somewhere():
    inner: Any = {}
    for _ in range(30):
        inner = {"a": [inner]}
    with pytest.raises(Refusal) as refused:
        decode_command(Frame(type="ping", id="1", other={"deep": inner}).SerializeToString())
    assert refused.value.code == "malformed"
