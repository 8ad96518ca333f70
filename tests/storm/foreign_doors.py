"""Ids, keys, tokens and cookies of another brand at every door that takes one: like a missing one, like nonsense."""

import random
import uuid
from typing import Any

from kefu_project.replay.line import Line
from tests.storm.desk_doors import cookies, secret
from tests.storm.lines import handshake, line_of_colleague, line_of_guest
from tests.storm.side import Side
from tests.storm.storm import Operation, Storm, missing_id
from tests.storm.visitor_doors import bearer

REFUSED = (400, 401, 403, 404, 409)
TEXT = {"text": "x"}
# A message that nobody has: only the conversation's id is the other brand's.
NOBODYS = "01935a3e-7d5b-7c3a-9f52-0c6a2f1d4b11"
# (who asks, method, path, body); ID stands for the foreign or missing id.
CONVERSATION_DOORS: list[tuple[str, str, str, Any]] = [
    ("visitor", "GET", "/api/v1/visitor/conversations/ID/events", None),
    ("agent", "GET", "/api/v1/agent/conversations/ID", None),
    ("agent", "GET", "/api/v1/agent/conversations/ID/events", None),
    ("agent", "GET", "/admin/chat/conversation/ID/change/", None),
    ("key", "GET", "/api/v1/conversations/ID", None),
    ("key", "GET", "/api/v1/conversations/ID/messages", None),
    ("key", "POST", "/api/v1/conversations/ID/messages", TEXT),
    ("key", "PATCH", f"/api/v1/conversations/ID/messages/{NOBODYS}", TEXT),
    ("key", "POST", f"/api/v1/conversations/ID/messages/{NOBODYS}/recall", {}),
    ("key", "POST", "/api/v1/conversations/ID/close", {}),
    ("key", "POST", "/api/v1/conversations/ID/reopen", {}),
]
VISITOR_DOORS: list[tuple[str, str, str, Any]] = [
    ("agent", "PATCH", "/api/v1/agent/visitors/ID", {"name": "x"}),
    ("agent", "GET", "/admin/chat/visitor/ID/change/", None),
    ("key", "GET", "/api/v1/visitors/ID", None),
    ("key", "PATCH", "/api/v1/visitors/ID", {"name": "x"}),
    ("key", "POST", "/api/v1/conversations", {"visitor": "ID"}),
    ("key", "GET", "/api/v1/conversations?visitor=ID", None),
]
FILE_DOORS: list[tuple[str, str, str, Any]] = [
    ("visitor", "GET", "/files/ID", None),
    ("agent", "GET", "/files/ID", None),
    ("key", "GET", "/files/ID", None),
]
OTHER_DOORS = ["/admin/agents/queue/ID/change/", "/admin/agents/agent/ID/change/", "/admin/tenants/tenant/ID/change/"]
VISITOR_COMMANDS: list[tuple[str, Any]] = [
    ("conversation.close", {}),
    ("conversation.read", {"seq": 1}),
    ("message.create", TEXT),
    ("message.edit", {"message": NOBODYS, **TEXT}),
    ("message.recall", {"message": NOBODYS}),
    ("typing.start", {"text": "x"}),
]
AGENT_COMMANDS: list[tuple[str, Any]] = [
    *VISITOR_COMMANDS,
    ("conversation.watch", {}),
    ("conversation.take", {}),
    ("conversation.release", {}),
    ("conversation.reopen", {}),
    ("note.create", TEXT),
]


async def ask_over_http(storm: Storm, side: Side, dice: random.Random) -> None:
    other = storm.other(side, dice)
    doors, ids = dice.choice(
        [
            (CONVERSATION_DOORS, list(other.conversations)),
            (VISITOR_DOORS, list(other.visitors)),
            (FILE_DOORS, list(other.files)),
            ([("agent", "GET", dice.choice(OTHER_DOORS), None)], [*other.queues, *other.agents, other.tenant_id]),
        ]
    )
    if not ids:
        return
    who, method, path, body = dice.choice(doors)
    headers = {
        "visitor": lambda: bearer(dice.choice(side.guests)),
        "agent": lambda: cookies(dice.choice(side.colleagues)),
        "key": lambda: secret(side),
    }[who]()
    foreign, missing = dice.choice(ids), missing_id()
    answers = []
    for pk in (foreign, missing):
        sent = None if body is None else {key: value.replace("ID", pk) for key, value in body.items()}
        # A list may be filtered by an id that is not there: 200 and empty. The admin leads away from what is missing.
        got = await storm.call(
            side,
            f"foreign {path}",
            method,
            path.replace("ID", pk),
            headers=headers,
            json=sent,
            allow=(200, 302, *REFUSED),
        )
        whole = "" if path.startswith("/admin/") else got.text
        answers.append(((got.status_code, got.headers.get("location", ""), whole), pk))
    storm.same_as_missing(side, f"{who} {method} {path}", *answers)


async def ask_over_socket(storm: Storm, side: Side, dice: random.Random) -> None:
    other = storm.other(side, dice)
    if not other.conversations:
        return
    if dice.random() < 0.5:
        line, commands = await line_of_guest(side, storm.watch, dice.choice(side.guests)), VISITOR_COMMANDS
    else:
        line, commands = await line_of_colleague(side, storm.watch, dice.choice(side.colleagues)), AGENT_COMMANDS
    command, data = dice.choice(commands)
    foreign, missing = dice.choice(other.conversations), missing_id()
    answers = [(await _ask(line, command, data, pk), pk) for pk in (foreign, missing)]
    storm.same_as_missing(side, f"socket {command}", *answers)
    if answers[0][0][0] == "ack":
        storm.watch.note("wrong", side.slug, f"socket {command}", "a foreign conversation was accepted")
    answers = [(await _resume(line, pk), pk) for pk in (foreign, missing)]
    storm.same_as_missing(side, "socket resume", *answers)


async def carry_foreign_things(storm: Storm, side: Side, dice: random.Random) -> None:
    """Own conversation, foreign file, agent or queue."""
    other = storm.other(side, dice)
    guest = dice.choice(side.guests)
    if not guest.conversations:
        return
    own = dice.choice(guest.conversations)
    if other.files:
        line = await line_of_guest(side, storm.watch, guest)
        answers = []
        for pk in (dice.choice(other.files), missing_id()):
            data = {"kind": "file", "file_ids": [pk]}
            answers.append((await _ask(line, "message.create", data, own), pk))
        storm.same_as_missing(side, "a message with a foreign file", *answers)
    line = await line_of_colleague(side, storm.watch, dice.choice(side.colleagues))
    for kind, ids in (("agent", other.agents), ("queue", other.queues)):
        answers = [
            (await _ask(line, "conversation.transfer", {kind: pk}, own), pk) for pk in (dice.choice(ids), missing_id())
        ]
        if "conversation_closed" not in (answers[0][0][1], answers[1][0][1]):
            storm.same_as_missing(side, f"a transfer to a foreign {kind}", *answers)


async def come_with_foreign_credentials(storm: Storm, side: Side, dice: random.Random) -> None:
    other = storm.other(side, dice)
    guest, colleague = dice.choice(other.guests), dice.choice(other.colleagues)
    real: list[tuple[str, str, dict[str, str], dict[str, str]]] = [
        ("token", "/api/v1/visitor/conversations", bearer(guest), {"Authorization": f"Bearer {_spoilt(guest.token)}"}),
        ("cookie", "/api/v1/agent/me", cookies(colleague), {"Cookie": "kefu_session=0123456789abcdefghijklmnopqrstuv"}),
        ("cookie", "/admin/", cookies(colleague), {"Cookie": "kefu_session=0123456789abcdefghijklmnopqrstuv"}),
        ("key", "/api/v1/visitors", secret(other), {"Authorization": f"Bearer {_spoilt(other.site.secret_key)}"}),
    ]
    door, path, foreign, nonsense = dice.choice(real)
    answers = []
    for headers in (foreign, nonsense):
        got = await storm.call(side, f"foreign {door}", "GET", path, headers=headers, allow=(302, 401, 403, 404))
        answers.append(
            ((got.status_code, got.headers.get("location", ""), got.text if got.status_code > 302 else ""), "-")
        )
    storm.same_as_missing(side, f"foreign {door} at {path}", *answers)


async def connect_with_foreign_credentials(storm: Storm, side: Side, dice: random.Random) -> None:
    other = storm.other(side, dice)
    token, cookie = dice.choice(other.guests).token, dice.choice(other.colleagues).cookie
    if dice.random() < 0.5:
        got = [await handshake(side, "visitor", token=one) for one in (token, _spoilt(token))]
    else:
        got = [
            await handshake(side, "agent", cookie=one) for one in (cookie, "kefu_session=0123456789abcdefghijklmnop")
        ]
    if got[0] != got[1] or "hello" in got:
        storm.watch.note("differs", side.slug, "a socket with foreign credentials", f"{got}")


async def use_foreign_widget_key(storm: Storm, side: Side, dice: random.Random) -> None:
    other = storm.other(side, dice)
    keys = (other.site.public_key, _spoilt(other.site.public_key))
    answers = []
    for key in keys:
        got = await storm.call(
            side, "session with a foreign key", "POST", "/api/v1/visitor/sessions", json={"key": key}, allow=REFUSED
        )
        answers.append(((got.status_code, got.text), key))
    storm.same_as_missing(side, "session with a foreign key", *answers)
    answers = []
    for key in keys:
        got = await storm.call(side, "panel with a foreign key", "GET", f"/widget/panel?key={key}", allow=REFUSED)
        answers.append(((got.status_code, got.text), key))
    storm.same_as_missing(side, "panel with a foreign key", *answers)


async def _ask(line: Line, command: str, data: Any, conversation: str) -> tuple[str, str, str]:
    sent = data | {"client_id": str(uuid.uuid4())} if "create" in command else data
    got = await line.ask(command, sent, conversation)
    found = got["data"]
    return (found["code"] if got["type"] == "error" else "ack", found.get("code", ""), found.get("message", ""))


async def _resume(line: Line, conversation: str) -> tuple[str, ...]:
    got = await line.ask("resume", {"conversations": {conversation: 0}})
    if got["type"] == "error":
        return (got["data"]["code"],)
    return ("resumed", str(got["data"]["conversations"]))


def _spoilt(text: str) -> str:
    """Of the same shape, but nobody's."""
    return text[:-6] + "".join("A" if letter != "A" else "B" for letter in text[-6:])


OPERATIONS = [
    Operation("foreign ids over HTTP", 8, ask_over_http),
    Operation("foreign ids on sockets", 8, ask_over_socket),
    Operation("foreign files, agents, queues", 4, carry_foreign_things),
    Operation("foreign credentials", 4, come_with_foreign_credentials),
    Operation("foreign credentials on sockets", 2, connect_with_foreign_credentials),
    Operation("foreign widget key", 2, use_foreign_widget_key),
]
