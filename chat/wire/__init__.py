"""Protobuf: the same frames as in JSON, written as kefu.proto says. See docs/realtime.md."""

from chat.wire.commands import decode_command
from chat.wire.frames import decode_frame, encode, frames_from, frames_to
from chat.wire.pushes import transcode

__all__ = ["decode_command", "decode_frame", "encode", "frames_from", "frames_to", "transcode"]
