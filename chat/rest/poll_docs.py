"""What the OpenAPI document says about polls, ASGI applications that no generator finds (chat/consumers/poll.py)."""

from typing import Any

from chat.protocol import COMMANDS, MAX_RESUMED, MAX_SEQ

MAX_WAIT = 25
MAX_FRAMES = 50
AFTER = "^[0-9a-fA-F:,-]*$"

_CALLERS = {
    # Kind to tag, security scheme, words of what `since` brings.
    "visitor": ("Visitor's own", "visitorToken", "events of the visitor's conversations that are not in `after`"),
    "app": ("Real time", "secretKey", "`conversation.updated` with the rows of conversations that changed"),
}
_TIME = {"type": "integer", "description": "Milliseconds since 1970."}
FRAME = {
    "type": "object",
    "required": ["type", "data"],
    "properties": {
        "type": {"type": "string", "examples": ["message.created"]},
        "id": {"type": ["string", "null"]},
        "reply_to": {"type": ["string", "null"]},
        "conversation": {"type": "string", "format": "uuid"},
        "seq": {"type": "integer", "minimum": 1, "maximum": MAX_SEQ},
        "ts": _TIME,
        "data": {"type": "object"},
    },
}
COMMAND = {
    "type": "object",
    "required": ["type"],
    "properties": {
        "type": {"type": "string", "enum": sorted(COMMANDS)},
        "id": {"type": "string", "maxLength": 64, "description": "Comes back as `reply_to`."},
        "conversation": {"type": "string", "format": "uuid"},
        "data": {"type": "object"},
    },
}
SCHEMAS = {"Frame": FRAME, "Command": COMMAND}


def poll_paths() -> dict[str, Any]:
    """The paths of the document, by address."""
    paths: dict[str, Any] = {}
    for kind in _CALLERS:
        paths[f"/api/v1/{kind}/events"] = {"get": _events(kind)}
        paths[f"/api/v1/{kind}/frames"] = {"post": _frames(kind)}
    return paths


def _events(kind: str) -> dict[str, Any]:
    tag, security, changed = _CALLERS[kind]
    return {
        "operationId": f"poll{kind.title()}Events",
        "summary": "Ask what happened, and wait for it",
        "description": (
            "Without `after`: the handshake, answered with a `hello` frame. Otherwise everything after these positions "
            f"at once, or what happens within `wait` seconds, or nothing. `since` adds {changed}. With "
            "`Accept: application/x-protobuf` a `Frames` of kefu.proto."
        ),
        "tags": [tag],
        "security": [{security: []}],
        "parameters": [
            _parameter(
                "after",
                {"type": "string", "maxLength": 12_000, "pattern": AFTER},
                f"`conversation:seq,…`, at most {MAX_RESUMED}.",
            ),
            _parameter("since", {"type": "integer", "minimum": 0, "maximum": 10**15 - 1}, "`ts` of the last answer."),
            _parameter("epoch", {"type": "string"}, "Of `hello`. Another than the brand's: 409 `epoch_changed`."),
            _parameter("connection", {"type": "string", "pattern": "^[0-9a-f]{12}$"}, "`session` of `hello`."),
            _parameter("wait", {"type": "integer", "minimum": 0, "maximum": MAX_WAIT, "default": 0}, "Seconds."),
        ],
        "responses": {"200": _answer(["frames", "ts"])},
    }


def _frames(kind: str) -> dict[str, Any]:
    tag, security, _changed = _CALLERS[kind]
    properties = {
        "frames": {"type": "array", "maxItems": MAX_FRAMES, "items": {"$ref": "#/components/schemas/Command"}}
    }
    body = {"schema": {"type": "object", "required": ["frames"], "properties": properties}}
    return {
        "operationId": f"send{kind.title()}Frames",
        "summary": "Send commands",
        "description": (
            "Each is done and answered as on a socket, one after the other: `ack`, `resumed`, `pong` or `error`, with "
            "its `reply_to`. A refused command does not stop those after it. Also as `application/x-protobuf`."
        ),
        "tags": [tag],
        "security": [{security: []}],
        "requestBody": {"required": True, "content": {"application/json": body}},
        "responses": {"200": _answer(["frames"])},
    }


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


def _answer(required: list[str]) -> dict[str, Any]:
    properties = {"frames": {"type": "array", "items": {"$ref": "#/components/schemas/Frame"}}, "ts": _TIME}
    schema = {"type": "object", "required": required, "properties": properties}
    return {"description": "Frames, in order.", "content": {"application/json": {"schema": schema}}}
