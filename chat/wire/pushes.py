"""Pushes come over the bus as JSON, encoded once for all; here they become protobuf, once per process."""

import msgspec

from chat.wire.frames import encode

_read = msgspec.json.Decoder(dict).decode


def transcode(frame: bytes | str) -> bytes:
    """A frame that the server wrote in JSON, in protobuf."""
    return encode(_read(frame))
