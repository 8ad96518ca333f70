"""Commands in protobuf: the same checks, limits and refusals as chat/protocol.py has for JSON."""

from typing import Annotated, Any
from uuid import UUID

import msgspec

from chat.errors import Invalid, Malformed, TooLarge, UnknownType
from chat.protocol import COMMANDS, MAX_FRAME_BYTES, Command, FrameId, with_reply
from chat.wire.frames import data_of, head_of, parse


class Head(msgspec.Struct, frozen=True):
    """The envelope of a command, as in JSON."""

    # A missing type reads as an empty one.
    type: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    id: FrameId | None = None
    conversation: UUID | None = None


def decode_command(data: bytes) -> Command:
    """Read one command. Raises TooLarge, Malformed, UnknownType, Invalid, with the command's id as `reply_to`."""
    if len(data) > MAX_FRAME_BYTES:
        raise TooLarge(f"A frame has at most {MAX_FRAME_BYTES} bytes.")
    try:
        frame = parse(data)
        head = msgspec.convert(head_of(frame), Head)
    except (ValueError, msgspec.ValidationError) as error:
        raise Malformed(str(error)[:200]) from None
    shape = COMMANDS.get(head.type)
    if shape is None:
        raise with_reply(UnknownType(), head.id)
    try:
        checked: Any = msgspec.convert(data_of(frame), shape)
    except msgspec.ValidationError as error:
        raise with_reply(Invalid(str(error)[:200]), head.id) from None
    return Command(head.type, head.id, head.conversation, checked)
