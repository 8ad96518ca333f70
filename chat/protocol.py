"""Frames in: from bytes to a checked command. Pure, no I/O. The table of frames is in docs/realtime.md."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from chat.errors import Invalid, Malformed, TooLarge, UnknownType

MAX_FRAME_BYTES = 65_536
MAX_TEXT_CHARS = 4_000
MAX_FILES = 10
MAX_RESUMED = 200
# By one connection of an agent or program; clients resume in parts of MAX_RESUMED.
MAX_WATCHED = 1_000
MAX_TAGGED = 50
MAX_MENTIONS = 20
MAX_UPLOAD_BYTES = 20 * 1024 * 1024
HEARTBEAT_SECONDS = 25
MAX_SEQ = 2**63 - 1

LIMITS = {"text": MAX_TEXT_CHARS, "frame": MAX_FRAME_BYTES, "upload": MAX_UPLOAD_BYTES, "files": MAX_FILES}

# Come back at once: what the connection was opened with has changed.
CLOSE_RECONNECT = 1012
CLOSE_LATER = 1013
CLOSE_PROTOCOL = 4400
CLOSE_AUTHENTICATION = 4401
CLOSE_FORBIDDEN = 4403
CLOSE_IDLE = 4408
CLOSE_EPOCH = 4409
CLOSE_TOO_SLOW = 4410
CLOSE_RATE = 4429

Seq = Annotated[int, Meta(ge=0, le=MAX_SEQ)]
Text = Annotated[str, Meta(max_length=MAX_TEXT_CHARS)]
FrameId = Annotated[str, Meta(max_length=64)]


class Envelope(Struct, frozen=True):
    type: Annotated[str, Meta(max_length=64)]
    id: FrameId | None = None
    conversation: UUID | None = None
    data: msgspec.Raw = msgspec.Raw(b"{}")


class Nothing(Struct, frozen=True):
    pass


class Resume(Struct, frozen=True):
    conversations: Annotated[dict[UUID, Seq], Meta(max_length=MAX_RESUMED)] = {}
    epoch: Annotated[str, Meta(max_length=64)] = ""


class CreateMessage(Struct, frozen=True):
    client_id: UUID
    kind: Literal["text", "file"] = "text"
    text: Text = ""
    file_ids: Annotated[list[UUID], Meta(max_length=MAX_FILES)] = []


class CreateNote(Struct, frozen=True):
    client_id: UUID
    text: Text
    # Agents that the text names with @.
    mentions: Annotated[list[UUID], Meta(max_length=MAX_MENTIONS)] = []


class EditMessage(Struct, frozen=True):
    message: UUID
    text: Text


class RecallMessage(Struct, frozen=True):
    message: UUID


class Read(Struct, frozen=True):
    seq: Seq


class Typing(Struct, frozen=True):
    text: Text = ""


class Rate(Struct, frozen=True):
    score: Annotated[int, Meta(ge=1, le=5)]
    comment: Annotated[str, Meta(max_length=1000)] = ""


class Transfer(Struct, frozen=True):
    agent: UUID | None = None
    queue: UUID | None = None
    note: Text = ""


class SetTags(Struct, frozen=True):
    add: Annotated[list[UUID], Meta(max_length=MAX_TAGGED)] = []
    remove: Annotated[list[UUID], Meta(max_length=MAX_TAGGED)] = []


class View(Struct, frozen=True):
    is_writing: bool = False
    has_left: bool = False


class SetAvailability(Struct, frozen=True):
    availability: Literal["online", "away", "offline"]


# Each command and the shape of its data. A type that is not here does not exist, whatever its name resembles.
COMMANDS: dict[str, type[Struct]] = {
    "resume": Resume,
    "conversation.open": Nothing,
    "conversation.take": Nothing,
    "conversation.release": Nothing,
    "conversation.transfer": Transfer,
    "conversation.close": Nothing,
    "conversation.reopen": Nothing,
    "conversation.watch": Nothing,
    "conversation.unwatch": Nothing,
    "conversation.read": Read,
    "conversation.view": View,
    "conversation.rate": Rate,
    "message.create": CreateMessage,
    "message.edit": EditMessage,
    "message.recall": RecallMessage,
    "note.create": CreateNote,
    "tag.set": SetTags,
    "typing.start": Typing,
    "typing.stop": Nothing,
    "availability.set": SetAvailability,
    "ping": Nothing,
}


class Command(Struct, frozen=True):
    """A checked command: `data` is of the type that COMMANDS names."""

    type: str
    id: str | None
    conversation: UUID | None
    data: Any


_envelope = msgspec.json.Decoder(Envelope)
_data = {name: msgspec.json.Decoder(shape) for name, shape in COMMANDS.items()}


def decode(frame: str | bytes) -> Command:
    """Read one frame. Raises TooLarge, Malformed, UnknownType, Invalid, with the command's id as `reply_to`."""
    if (
        len(frame) > MAX_FRAME_BYTES
        or len(raw := frame.encode() if isinstance(frame, str) else frame) > MAX_FRAME_BYTES
    ):
        raise TooLarge(f"A frame has at most {MAX_FRAME_BYTES} bytes.")
    try:
        envelope = _envelope.decode(raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise Malformed(_reason(error)) from None
    decoder = _data.get(envelope.type)
    if decoder is None:
        raise with_reply(UnknownType(), envelope.id)
    try:
        data = decoder.decode(envelope.data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise with_reply(Invalid(_reason(error)), envelope.id) from None
    return Command(envelope.type, envelope.id, envelope.conversation, data)


def with_reply(refusal: Any, reply_to: str | None) -> Any:
    refusal.reply_to = reply_to
    return refusal


def _reason(error: Exception) -> str:
    """What msgspec says about the caller's own input; anything else stays inside."""
    return str(error)[:200] if isinstance(error, msgspec.ValidationError) else "Not valid JSON."
