"""What visitors do: over HTTP, on sockets, with files."""

import random
import uuid

from tests.storm.lines import line_of_guest
from tests.storm.side import Guest, Side
from tests.storm.storm import Operation, Storm

MAX_GUESTS = 12


def bearer(guest: Guest) -> dict[str, str]:
    return {"Authorization": f"Bearer {guest.token}"}


async def start_session(storm: Storm, side: Side, dice: random.Random) -> None:
    page = {"url": f"http://shop.example/{side.canary}", "title": f"Page {side.canary}", "referrer": side.canary}
    attributes = {"plan": side.canary, side.canary: 1}
    body = {"key": side.site.public_key, "page": page, "attributes": attributes}
    if side.guests and dice.random() < 0.5:
        body["token"] = dice.choice(side.guests).token
    answer = await storm.call(side, "session", "POST", "/api/v1/visitor/sessions", json=body)
    if answer.status_code != 201:
        return
    storm.watch.has_own(side.slug, "session", answer.content)
    given = answer.json()
    if "token" not in body and len(side.guests) < MAX_GUESTS:
        guest = Guest(given["visitor"]["id"], given["token"])
        side.guests.append(guest)
        await _introduce(storm, side, guest)


async def _introduce(storm: Storm, side: Side, guest: Guest) -> None:
    body = {"name": f"Vera {side.canary}", "email": f"{side.canary}@mail.example", "attributes": {"note": side.canary}}
    await storm.call(side, "identify", "POST", "/api/v1/visitor/identify", json=body, headers=bearer(guest))


async def identify(storm: Storm, side: Side, dice: random.Random) -> None:
    await _introduce(storm, side, dice.choice(side.guests))


async def log_out(storm: Storm, side: Side, dice: random.Random) -> None:
    """A guest of its own: its token must be worthless afterwards."""
    body = {"key": side.site.public_key}
    answer = await storm.call(side, "session", "POST", "/api/v1/visitor/sessions", json=body)
    if answer.status_code == 201:
        guest = Guest(answer.json()["visitor"]["id"], answer.json()["token"])
        await storm.call(side, "logout", "POST", "/api/v1/visitor/logout", headers=bearer(guest), allow=(204,))
        path = "/api/v1/visitor/conversations"
        await storm.call(side, "after logout", "GET", path, headers=bearer(guest), allow=(401,))


async def read_conversations(storm: Storm, side: Side, dice: random.Random) -> None:
    guest = dice.choice(side.guests)
    path = "/api/v1/visitor/conversations"
    await storm.call(side, "visitor conversations", "GET", path, headers=bearer(guest))
    if guest.conversations:
        path = f"{path}/{dice.choice(guest.conversations)}/events"
        parameters = dice.choice([{}, {"limit": "5"}, {"before": "4", "limit": "100"}])
        await storm.call(side, "visitor events", "GET", path, headers=bearer(guest), params=parameters)


async def upload(storm: Storm, side: Side, dice: random.Random) -> None:
    guest = dice.choice(side.guests)
    files = {"file": (f"{side.canary}.txt", f"This is {side.canary}.".encode(), "text/plain")}
    answer = await storm.call(
        side, "visitor upload", "POST", "/api/v1/visitor/files", files=files, headers=bearer(guest)
    )
    if answer.status_code == 201:
        guest.files.append(answer.json()["id"])


async def write(storm: Storm, side: Side, dice: random.Random) -> None:
    guest = dice.choice(side.guests)
    line = await line_of_guest(side, storm.watch, guest)
    data = {"client_id": str(uuid.uuid4()), "text": f"Question {side.canary} {dice.random()}"}
    if guest.files and dice.random() < 0.5:
        data |= {"kind": "file", "file_ids": [guest.files.pop()]}  # type: ignore[dict-item]
        side.files.append(data["file_ids"][0])
    conversation = dice.choice(guest.conversations) if guest.conversations and dice.random() < 0.3 else None
    found = await storm.ask(side, line, "message.create", data, conversation)
    if found is not None:
        for known in (guest.conversations, side.conversations):
            if found["conversation"] not in known:
                known.append(found["conversation"])
        if guest.id not in side.visitors:
            side.visitors.append(guest.id)


async def use_socket(storm: Storm, side: Side, dice: random.Random) -> None:
    guest = dice.choice(side.guests)
    line = await line_of_guest(side, storm.watch, guest)
    if not guest.conversations:
        found = await storm.ask(side, line, "conversation.open", {})
        if found is not None:
            guest.conversations.append(found["conversation"]["id"])
        return
    conversation = dice.choice(guest.conversations)
    match dice.randrange(6):
        case 0:
            await storm.ask(side, line, "conversation.open", {})
        case 1:
            positions = {one: dice.randrange(5) for one in guest.conversations}
            await storm.ask(side, line, "resume", {"conversations": positions})
        case 2:
            await storm.ask(side, line, "conversation.read", {"seq": 3}, conversation)
        case 3:
            await line.hint("typing.start", {"text": f"typing {side.canary}"}, conversation)
        case 4:
            await storm.ask(side, line, "ping", {})
        case 5:
            await storm.ask(side, line, "conversation.close", {}, conversation)


async def open_pages(storm: Storm, side: Side, dice: random.Random) -> None:
    path = dice.choice(["/kefu.js", "/demo/", f"/widget/panel?key={side.site.public_key}", "/account/sign-in"])
    await storm.call(side, f"page {path.split('?')[0]}", "GET", path)


OPERATIONS = [
    Operation("start a session", 6, start_session),
    Operation("identify", 3, identify),
    Operation("log out", 1, log_out),
    Operation("visitor reads", 6, read_conversations),
    Operation("visitor uploads", 3, upload),
    Operation("visitor writes", 22, write),
    Operation("visitor's socket", 14, use_socket),
    Operation("pages", 3, open_pages),
]
