"""What a frame costs in JSON and in protobuf: bytes, and microseconds in both directions.

python -m benchmarks.wire            needs no database and no server
"""

import sys
import timeit
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from chat.protocol import decode
from chat.wire import decode_command, decode_frame, encode, transcode

WHERE = "01a2078f-5eda-76e0-9b6e-88d6830f19c9"
AUTHOR = {"kind": "visitor", "id": WHERE, "name": "Vera"}
TEXT = "Good day! My order 4711 has not arrived yet. Can you see where it is?"
ACK = {"client_id": WHERE, "id": WHERE, "conversation": WHERE, "seq": 17, "ts": 1_700_000_000_000, "duplicate": False}
MESSAGE = {"client_id": WHERE, "kind": "text", "text": TEXT, "html": f"<p>{TEXT}</p>", "files": [], "author": AUTHOR}
CREATED = {"type": "message.created", "id": WHERE, "conversation": WHERE, "seq": 17, "ts": 1_700_000_000_000}
ROW = {
    "id": WHERE,
    "status": "assigned",
    "close_reason": "",
    "visitor": {"id": WHERE, "name": "Vera", "email": "", "locale": "en", "identified": False, "online": None},
    "queue": {"id": WHERE, "name": "Support"},
    "agent": {"id": WHERE, "name": "Alice"},
    "top": 17,
    "last_message": {"text": TEXT, "author_kind": "visitor", "author_name": "Vera", "ts": 1_700_000_000_000},
    "unread": 1,
    "visitor_read_seq": 17,
    "agent_read_seq": 15,
    "waiting_since_ts": None,
    "active_ts": 1_700_000_000_000,
    "closed_ts": None,
    "created_ts": 1_700_000_000_000,
}
COMMANDS: dict[str, dict[str, Any]] = {
    "message.create": {"conversation": WHERE, "data": {"client_id": WHERE, "kind": "text", "text": TEXT}},
    "typing.start": {"conversation": WHERE, "data": {"text": "Good day"}},
    "conversation.read": {"conversation": WHERE, "data": {"seq": 17}},
    "ping": {"data": {}},
}
SERVER: dict[str, dict[str, Any]] = {
    "ack": {"type": "ack", "reply_to": "17", "data": ACK},
    "message.created": {**CREATED, "data": MESSAGE},
    "typing.started": {"type": "typing.started", "conversation": WHERE, "data": {"author": AUTHOR}},
    "conversation.updated": {"type": "conversation.updated", "data": {"rows": [ROW]}},
    "resumed, 50 events": {
        "type": "resumed",
        "reply_to": "17",
        "data": {
            "epoch": WHERE,
            "conversations": {WHERE: {"recovered": True, "top": 50, "events": [{**CREATED, "data": MESSAGE}] * 50}},
        },
    },
}
to_json = msgspec.json.Encoder().encode
from_json = msgspec.json.Decoder().decode


def microseconds(call: Callable[[], Any]) -> float:
    """Per call, the median of five runs."""
    number, _ = timeit.Timer(call).autorange()
    return sorted(timeit.repeat(call, number=max(1, number // 4), repeat=5))[2] / max(1, number // 4) * 1e6


def main() -> None:
    print(f"{'command':22} {'JSON B':>7} {'proto B':>7}  {'read JSON µs':>12} {'read proto µs':>13}")
    for kind, rest in COMMANDS.items():
        frame = {"type": kind, "id": "17", **rest}
        json, proto = to_json(frame), encode(frame)
        times = microseconds(lambda json=json: decode(json)), microseconds(lambda proto=proto: decode_command(proto))
        print(f"{kind:22} {len(json):7} {len(proto):7}  {times[0]:12.2f} {times[1]:13.2f}")
    print(f"\n{'server frame':22} {'JSON B':>7} {'proto B':>7}  write JSON, proto, JSON to proto; read JSON, proto µs")
    for kind, frame in SERVER.items():
        json, proto = to_json(frame), encode(frame)
        calls = [lambda f=frame: to_json(f), lambda f=frame: encode(f), lambda j=json: transcode(j)]
        calls += [lambda j=json: from_json(j), lambda p=proto: decode_frame(p)]
        print(f"{kind:22} {len(json):7} {len(proto):7}  " + "  ".join(f"{microseconds(call):8.2f}" for call in calls))


if __name__ == "__main__":
    main()
