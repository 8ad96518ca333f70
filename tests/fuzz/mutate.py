"""From a right command to a wrong frame: its values, its shape, its text or bytes, the way it is sent."""

import json
import random
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from chat.wire.kefu_pb2 import Frame as ProtoFrame
from tests.fuzz.valid import Ids, make_command

JSON, PROTO = "json", "proto"


class Raw(str):
    """Written into JSON as it stands."""

    __slots__ = ()


WEIRD: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1.5,
    -0.0,
    2**31,
    2**53 + 1,
    2**63 - 1,
    2**63,
    -(2**63) - 1,
    2**64,
    10**400,
    Raw("1e999"),
    Raw("-1e-999"),
    Raw("NaN"),
    Raw("Infinity"),
    Raw("00012"),
    Raw('"\\ud800"'),
    Raw('"\\udc00\\ud800"'),
    Raw('"\\u0000"'),
    Raw('"\\x41"'),
    Raw("{}{}"),
    Raw(""),
    "",
    " ",
    "\x00",
    "x" * 65,
    "x" * 5000,
    "字" * 4001,
    "🧨" * 2001,
    "e\u0301" * 1500,
    "\u202e\ufeff\u200b",
    "' OR 1=1 --",
    "{{7*7}}${7*7}%n%s",
    "../../etc/passwd",
    "01890000-0000-7000-8000-000000000000",
    "0189000000007000800000000000000G",
    "{01890000-0000-7000-8000-000000000000}",
    [],
    {},
    [[]],
    [None] * 300,
    {"": ""},
    {"a": {"b": {"c": {"d": []}}}},
]
TYPES = [
    "",
    "__class__",
    "__init__",
    "__call__",
    "__dict__",
    "_handle",
    "_refuse_internal",
    "handlers",
    "dispatch",
    "connect",
    "disconnect",
    "close",
    "close.now",
    "push",
    "bus.returned",
    "websocket.connect",
    "websocket.disconnect",
    "websocket.receive",
    "send_frame",
    "create_message",
    "hello",
    "ack",
    "error",
    "drain",
    "resumed",
    "message.created",
    "MESSAGE.CREATE",
    "message.create ",
    "message.create\x00",
    "message_create",
    "ping\n",
    "x" * 64,
    "x" * 65,
    "тype",
]
KEYS = ["type", "id", "reply_to", "conversation", "seq", "ts", "data", "__class__", "__proto__", "constructor", "", "$"]


def weird(dice: random.Random) -> Any:
    """A copy: what is put into a frame may be changed by the next mutation."""
    return deepcopy(dice.choice(WEIRD))


@dataclass(frozen=True)
class Shot:
    """What goes over the wire: one message, or its fragments."""

    payload: "str | bytes | list[str] | list[bytes]"

    @property
    def size(self) -> int:
        pieces = self.payload if isinstance(self.payload, list) else [self.payload]
        return sum(len(piece.encode() if isinstance(piece, str) else piece) for piece in pieces)


def make_shot(seed: int, number: int, encoding: str, ids: Ids) -> Shot:
    """Frame `number` of this seed. One in twelve is right, most are wrong in their data only: the line lives on."""
    dice = random.Random(f"{seed}:{number}")
    frame: Any = make_command(dice, ids)
    roll = dice.random()
    if roll < 0.08:
        return Shot(_fragments(dice, write_json(frame) if encoding == JSON else write_proto(frame)))
    shapes = DATA_SHAPES if roll < 0.78 else SHAPES
    for _ in range(dice.choice([1, 1, 1, 2, 3])):
        frame = dice.choice(shapes)(dice, frame)
    payload: Any = write_json(frame) if encoding == JSON else write_proto(frame)
    if roll > 0.9:
        payload = dice.choice(TEXTS if encoding == JSON else BYTES)(dice, payload)
        payload = _sent(dice, payload, write_json(frame))
    return Shot(_fragments(dice, payload))


# ---- writing ----


def write_json(value: Any) -> str:
    """JSON with what json.dumps cannot write: raw pieces and names that come twice."""
    if isinstance(value, Raw):
        return str.__str__(value)
    if isinstance(value, Twice):
        return "{" + ",".join(f"{json.dumps(key)}:{write_json(one)}" for key, one in value.pairs) + "}"
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(str(key))}:{write_json(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(write_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True)
class Twice:
    pairs: list[tuple[str, Any]]


def write_proto(frame: Any) -> bytes:
    """As much of the frame as the schema takes, typed where it fits and open where not."""
    found = dict(frame.pairs) if isinstance(frame, Twice) else frame
    message = ProtoFrame()
    if not isinstance(found, dict):
        return message.SerializeToString()
    for name in ("type", "id", "reply_to", "conversation", "seq", "ts"):
        try:
            setattr(message, name, found.get(name))
        except (TypeError, ValueError, OverflowError):
            continue
    data = found.get("data")
    field = str(found.get("type")).replace(".", "_")
    try:
        return ProtoFrame(**{field: data}).SerializeToString() + message.SerializeToString()
    except (TypeError, ValueError, OverflowError):
        return _open(data) + message.SerializeToString()


def _open(data: Any) -> bytes:
    if isinstance(data, Twice):
        data = dict(data.pairs)
    if not isinstance(data, dict):
        return b""
    try:
        return ProtoFrame(other=data).SerializeToString()
    except (TypeError, ValueError, OverflowError):
        return b""


# ---- shapes: dict to dict ----


def _places(value: Any, found: "list[tuple[Any, Any]] | None" = None) -> "list[tuple[Any, Any]]":
    """Every (container, key) of a nested value."""
    found = [] if found is None else found
    keys: Any = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in list(keys):
        found.append((value, key))
        _places(value[key], found)
    return found


def replace_value(dice: random.Random, frame: Any) -> Any:
    places = _places(frame)
    if places:
        container, key = dice.choice(places)
        container[key] = weird(dice)
    return frame


def replace_datum(dice: random.Random, frame: Any) -> Any:
    data = frame.get("data") if isinstance(frame, dict) else None
    if isinstance(data, dict) and data:
        data[dice.choice(list(data))] = weird(dice)
    return frame


def drop_datum(dice: random.Random, frame: Any) -> Any:
    data = frame.get("data")
    if isinstance(data, dict) and data:
        del data[dice.choice(list(data))]
    return frame


def add_datum(dice: random.Random, frame: Any) -> Any:
    data = frame.get("data")
    if isinstance(data, dict):
        data[dice.choice([*KEYS, "text", "client_id", "kind", "agent", "file_ids"])] = weird(dice)
    return frame


def nest_datum(dice: random.Random, frame: Any) -> Any:
    inner: Any = weird(dice)
    for _ in range(dice.choice([1, 3, 20, 30])):
        inner = [inner] if dice.random() < 0.5 else {"a": inner}
    data = frame.get("data")
    if isinstance(data, dict) and data:
        data[dice.choice(list(data))] = inner
    return frame


def drop_key(dice: random.Random, frame: Any) -> Any:
    places = [(container, key) for container, key in _places(frame) if isinstance(container, dict)]
    if places:
        container, key = dice.choice(places)
        del container[key]
    return frame


def add_key(dice: random.Random, frame: Any) -> Any:
    target = dice.choice([frame, frame.get("data")]) if isinstance(frame, dict) else None
    if isinstance(target, dict):
        target[dice.choice(KEYS)] = weird(dice)
    return frame


def say_twice(dice: random.Random, frame: Any) -> Any:
    if not isinstance(frame, dict) or not frame:
        return frame
    again = (dice.choice(list(frame)), weird(dice))
    pairs = [*frame.items(), again] if dice.random() < 0.5 else [again, *frame.items()]
    return Twice(pairs)


def change_type(dice: random.Random, frame: Any) -> Any:
    if isinstance(frame, dict):
        frame["type"] = dice.choice(TYPES)
    return frame


def nest(dice: random.Random, frame: Any) -> Any:
    depth = dice.choice([10, 60, 101, 900, 4000])
    kind = dice.choice(["[", '{"a":'])
    inner = Raw(kind * depth + "1" + ("]" if kind == "[" else "}") * depth)
    if isinstance(frame, dict):
        frame[dice.choice(["data", "id", "type", "conversation"])] = inner
    return frame


def nest_open(dice: random.Random, frame: Any) -> Any:
    """Nested values that protobuf can carry too."""
    inner: Any = "deep"
    for _ in range(dice.choice([3, 20, 30, 45])):
        inner = [inner] if dice.random() < 0.5 else {"a": inner}
    if isinstance(frame, dict):
        frame["data"] = {"text": inner, "conversations": {"x": inner}}
    return frame


def swell(dice: random.Random, frame: Any) -> Any:
    if isinstance(frame, dict):
        size = dice.choice([3000, 20_000, 70_000])
        frame["data"] = {f"k{number}": number for number in range(size // 12)} if dice.random() < 0.5 else "y" * size
    return frame


def wrap(dice: random.Random, frame: Any) -> Any:
    return dice.choice([[frame], {"frame": frame}, {"data": frame}, [frame, frame], "text", 7, None, []])


SHAPES: list[Callable[[random.Random, Any], Any]] = [
    replace_value,
    replace_value,
    replace_datum,
    replace_datum,
    replace_datum,
    drop_key,
    add_key,
    say_twice,
    change_type,
    change_type,
    nest,
    nest_open,
    swell,
    wrap,
]
# These leave the envelope alone.
DATA_SHAPES = [replace_datum, replace_datum, replace_datum, drop_datum, add_datum, nest_datum]


# ---- texts ----


def cut(dice: random.Random, text: Any) -> Any:
    return text[: dice.randrange(len(text) + 1)]


def splice(dice: random.Random, text: str) -> str:
    start, end = sorted(dice.randrange(len(text) + 1) for _ in range(2))
    return text[:start] + text[end:]


def change_characters(dice: random.Random, text: str) -> str:
    found = list(text)
    for _ in range(dice.randrange(1, 6)):
        if found:
            found[dice.randrange(len(found))] = dice.choice('{}[]",:\\\x00\x7f0eE+-.tfnu \u2028字')
    return "".join(found)


TEXTS: list[Callable[[random.Random, str], str]] = [
    cut,
    splice,
    change_characters,
    lambda dice, text: text + dice.choice(["x", text, "}", "\x00", " " * 999, "//"]),
    lambda dice, text: dice.choice(["\ufeff", " ", "\n", "\x00", "[", ")]}'"]) + text,
    lambda dice, text: text.replace('"', "'"),
    lambda dice, text: text.replace(":", dice.choice(["::", "=", ""])),
    lambda dice, text: "".join(chr(dice.randrange(1, 0xD7FF)) for _ in range(dice.randrange(200))),
    lambda dice, text: dice.choice(["", "null", "0", '""', "true", "[" * 50_000, '{"a":' * 9000, "-", "1e5"]),
    lambda dice, text: text.encode("utf-16", "replace").decode("latin-1"),
]


# ---- bytes ----


def flip_bits(dice: random.Random, data: bytes) -> bytes:
    found = bytearray(data or b"\x00")
    for _ in range(dice.randrange(1, 9)):
        found[dice.randrange(len(found))] ^= 1 << dice.randrange(8)
    return bytes(found)


def insert_bytes(dice: random.Random, data: bytes) -> bytes:
    at = dice.randrange(len(data) + 1)
    return data[:at] + dice.choice(PIECES) + data[at:]


def random_bytes(dice: random.Random, data: bytes) -> bytes:
    return dice.randbytes(dice.choice([0, 1, 2, 7, 50, 500, 65_536, 65_537]))


# Overlong and endless varints, lying lengths, groups, unknown fields, bytes that are no UTF-8, the end of a group.
PIECES = [
    b"\xff" * 10 + b"\x01",
    b"\x80" * 12,
    b"\x0a\xff\xff\xff\xff\x0f",
    b"\x0a\x02\xc3\x28",
    b"\x0a\x03\xed\xa0\x80",
    b"\x0b" * 200,
    b"\x0c",
    b"\x28\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    b"\xf8\xff\xff\xff\x0f\x01",
    b"\xfa\x7f\x04abcd",
    b"\x00",
    b"\x07",
    b"\x7a\x02\x0a\x00" * 50,
    b"\x0a\x00" * 300,
]
BYTES: list[Callable[[random.Random, bytes], bytes]] = [
    cut,
    flip_bits,
    flip_bits,
    insert_bytes,
    insert_bytes,
    random_bytes,
    lambda dice, data: data + data,
    lambda dice, data: data + b"\x00" * dice.choice([1, 1000, 66_000]),
    lambda dice, data: b"\x7a\x07\x0a\x05\x0a\x01a\x12\x00" * dice.choice([1, 900]) + data,
]


# ---- the way it is sent ----


def _sent(dice: random.Random, payload: "str | bytes", text: str) -> "str | bytes":
    """Now and then text where bytes are spoken, bytes where text is, or nothing."""
    roll = dice.random()
    if roll < 0.1:
        return text if isinstance(payload, bytes) else payload.encode("utf-8", "replace")
    return payload[:0] if roll < 0.15 else payload


def _fragments(dice: random.Random, payload: "str | bytes") -> "str | bytes | list[str] | list[bytes]":
    if dice.random() > 0.1:
        return payload
    size = max(1, len(payload) // dice.choice([1, 2, 5, 40]))
    pieces: Any = [payload[at : at + size] for at in range(0, len(payload), size)]
    return [payload[:0], *pieces, payload[:0]]
