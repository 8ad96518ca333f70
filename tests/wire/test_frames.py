"""Any frame survives protobuf as JSON would give it."""

import json
import logging
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.wire import decode_frame, encode, frames_from, frames_to, transcode
from chat.wire.frames import _FIELDS, time_of_frames
from chat.wire.kefu_pb2 import Frame, Frames
from tests.wire.shapes import ACKS, data_of_field, envelopes, frames, open_maps, texts

some = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("kind", sorted(_FIELDS))
@some
@given(data=st.data())
def test_every_type_comes_back_as_it_was(kind, data):
    frame = data.draw(envelopes(kind, data_of_field(_FIELDS[kind])))
    assert decode_frame(encode(frame)) == frame


@pytest.mark.parametrize("field", ACKS)
@some
@given(data=st.data())
def test_acks_with_a_conversation_come_back_as_they_were(field, data):
    frame = data.draw(envelopes("ack", data_of_field(field).filter(lambda found: "conversation" in found)))
    assert Frame.FromString(encode(frame)).WhichOneof("data") == field
    assert decode_frame(encode(frame)) == frame


@some
@given(frame=frames())
def test_json_becomes_the_same_frame(frame):
    assert decode_frame(transcode(json.dumps(frame))) == frame
    assert decode_frame(transcode(json.dumps(frame).encode())) == frame


@some
@given(kind=texts, data=open_maps)
def test_types_that_the_schema_does_not_know_are_carried_whole(kind, data):
    frame = {"type": f"later.{kind}", "data": data}
    assert decode_frame(encode(frame)) == frame


@pytest.mark.parametrize(
    "data",
    [
        {"code": "forbidden", "message": "", "colour": "red"},
        {"code": "forbidden", "message": 7},
        {"code": ["forbidden"], "more": {"why": None}},
    ],
)
def test_fields_that_the_schema_does_not_know_are_carried_whole_and_told(data, caplog):
    caplog.set_level(logging.WARNING)
    frame = {"type": "error", "data": data}
    assert decode_frame(encode(frame)) == frame
    assert "without a place in kefu.proto" in caplog.text


def test_null_is_missing_and_lists_are_always_there():
    frame = {"type": "message.created", "id": None, "data": {"client_id": None, "text": "x", "author": None}}
    assert decode_frame(encode(frame)) == {
        "type": "message.created",
        "data": {"kind": "", "text": "x", "html": "", "files": []},
    }


def test_data_may_be_left_out():
    assert decode_frame(encode({"type": "ping"})) == {"type": "ping", "data": {}}
    assert decode_frame(Frame(type="ping").SerializeToString()) == {"type": "ping", "data": {}}


@some
@given(many=st.lists(frames(1), max_size=5), ts=st.none() | st.integers(0, 2**53))
def test_frames_are_put_together_and_taken_apart(many, ts):
    encoded = [encode(frame) for frame in many]
    together = frames_to(encoded, ts)
    assert (frames_from(together), time_of_frames(together)) == (encoded, ts)
    typed = Frames(frames=[Frame.FromString(one) for one in encoded], ts=ts)
    assert Frames.FromString(together) == typed
    assert Frames.FromString(typed.SerializeToString()) == typed


@some
@given(garbage=st.binary(max_size=60))
def test_garbage_is_a_value_error_or_a_frame(garbage):
    for read in (decode_frame, frames_from):
        with suppress(ValueError):
            read(garbage)
