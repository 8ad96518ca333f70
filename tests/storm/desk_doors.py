"""What agents and integrators do: console over HTTP and socket, the brand's admin, the REST API with a secret key."""

import random
import uuid

from tests.storm.lines import line_of_colleague
from tests.storm.side import Colleague, Side
from tests.storm.storm import Operation, Storm

# A conversation may have been closed, archived or given to somebody else by another operation.
CHANGED = ("conversation_closed", "conflict", "forbidden")


def cookies(colleague: Colleague) -> dict[str, str]:
    return {"Cookie": colleague.cookie, "X-CSRFToken": colleague.csrf}


def secret(side: Side) -> dict[str, str]:
    return {"Authorization": f"Bearer {side.site.secret_key}"}


async def read_console(storm: Storm, side: Side, dice: random.Random) -> None:
    headers = cookies(dice.choice(side.colleagues))
    path = dice.choice(["me", "conversations", "conversations", "search", "one", "events"])
    if path == "search":
        # The word is in every brand: only this brand's rows may be found by it.
        parameters = {
            "view": dice.choice(["mine", "unassigned", "all", "closed"]),
            "q": dice.choice(["canary", "Vera"]),
        }
        await storm.call(side, "search", "GET", "/api/v1/agent/conversations", headers=headers, params=parameters)
    elif path in ("me", "conversations"):
        answer = await storm.call(side, path, "GET", f"/api/v1/agent/{path}", headers=headers)
        if path == "me":
            storm.watch.has_own(side.slug, "me", answer.content)
    elif side.conversations:
        path = f"/api/v1/agent/conversations/{dice.choice(side.conversations)}{'/events' if path == 'events' else ''}"
        await storm.call(side, "one conversation", "GET", path, headers=headers)


async def change_visitor(storm: Storm, side: Side, dice: random.Random) -> None:
    if side.visitors:
        path = f"/api/v1/agent/visitors/{dice.choice(side.visitors)}"
        body = {"name": f"Renamed {side.canary}", "phone": "12345"}
        await storm.call(
            side, "change a visitor", "PATCH", path, headers=cookies(dice.choice(side.colleagues)), json=body
        )


async def open_admin(storm: Storm, side: Side, dice: random.Random) -> None:
    colleague = dice.choice(side.colleagues)
    path = dice.choice([*side.admin_pages, "/admin/", "/console/"])
    parameters = {"q": "canary"} if dice.random() < 0.3 and path in side.admin_pages else {}
    # Some pages have no list of their own and lead elsewhere, some take no search.
    answer = await storm.call(
        side, f"admin {path}", "GET", path, headers=cookies(colleague), params=parameters, allow=(200, 302)
    )
    if answer.status_code == 200 and path == "/admin/":
        storm.watch.has_own(side.slug, path, answer.content)


async def answer(storm: Storm, side: Side, dice: random.Random) -> None:
    if not side.conversations:
        return
    colleague = dice.choice(side.colleagues)
    line = await line_of_colleague(side, storm.watch, colleague)
    conversation = dice.choice(side.conversations)
    data = {"client_id": str(uuid.uuid4()), "text": f"Answer {side.canary} {dice.random()}"}
    command = dice.choice(["message.create", "message.create", "note.create"])
    await storm.ask(side, line, command, data, conversation, allow=CHANGED)


async def use_socket(storm: Storm, side: Side, dice: random.Random) -> None:
    line = await line_of_colleague(side, storm.watch, dice.choice(side.colleagues))
    conversation = dice.choice(side.conversations) if side.conversations else None
    if conversation is None or dice.random() < 0.1:
        await storm.ask(side, line, "ping", {})
        return
    match dice.randrange(8):
        case 0 | 1:
            await storm.ask(side, line, "conversation.watch", {}, conversation)
        case 2:
            await storm.ask(side, line, "resume", {"conversations": dict.fromkeys(side.conversations, 1)})
        case 3:
            await storm.ask(side, line, "conversation.read", {"seq": 2}, conversation)
        case 4:
            data = dice.choice([{"agent": dice.choice(side.agents)}, {"queue": dice.choice(side.queues)}])
            await storm.ask(side, line, "conversation.transfer", data, conversation, allow=CHANGED)
        case 5:
            command = dice.choice(["conversation.take", "conversation.release", "conversation.reopen"])
            await storm.ask(side, line, command, {}, conversation, allow=CHANGED)
        case 6:
            await storm.ask(side, line, "conversation.close", {}, conversation)
        case 7:
            data = {"availability": dice.choice(["online", "away"])}
            await storm.ask(side, line, "availability.set", data)


async def integrate(storm: Storm, side: Side, dice: random.Random) -> None:
    """With the secret key, on the brand's host or on the installation's. Other brands use the same outside ids."""
    headers = secret(side)
    if dice.random() < 0.5:
        headers |= {"Host": f"localhost:{side.site.port}"}
    number = dice.randrange(5)
    match dice.randrange(7):
        case 0:
            body = {
                "external_id": f"customer-{number}",
                "name": f"Customer {side.canary}",
                "attributes": {"c": side.canary},
            }
            answer = await storm.call(side, "save a visitor", "POST", "/api/v1/visitors", headers=headers, json=body)
            if answer.is_success and answer.json()["id"] not in side.visitors:
                side.visitors.append(answer.json()["id"])
        case 1:
            parameters = dice.choice([{}, {"external_id": f"customer-{number}"}, {"limit": "2"}])
            await storm.call(side, "list visitors", "GET", "/api/v1/visitors", headers=headers, params=parameters)
        case 2:
            parameters = dice.choice([{}, {"status": "closed"}, {"limit": "3", "order": "desc"}])
            await storm.call(
                side, "list conversations", "GET", "/api/v1/conversations", headers=headers, params=parameters
            )
        case 3 if side.visitors:
            body = {"visitor": dice.choice(side.visitors)}
            answer = await storm.call(
                side, "open for a visitor", "POST", "/api/v1/conversations", headers=headers, json=body
            )
            if answer.is_success and answer.json()["id"] not in side.conversations:
                side.conversations.append(answer.json()["id"])
        case 4 if side.conversations:
            path = f"/api/v1/conversations/{dice.choice(side.conversations)}/messages"
            await storm.call(side, "list messages", "GET", path, headers=headers, params={"notes": "true"})
        case 5 if side.conversations:
            path = f"/api/v1/conversations/{dice.choice(side.conversations)}/messages"
            body = {"text": f"Bot {side.canary}", "author": dice.choice(["bot", "visitor"])}
            # The same keys in every brand: a store of keys without the brand would answer with another's message.
            headers |= {"Idempotency-Key": f"key-{dice.randrange(40)}"}
            await storm.call(side, "post a message", "POST", path, headers=headers, json=body, allow=(200, 201, 409))
        case 6 if side.conversations:
            path = f"/api/v1/conversations/{dice.choice(side.conversations)}{dice.choice(['', '/close', '/reopen'])}"
            method = "POST" if path.endswith(("close", "reopen")) else "GET"
            # Reopening: refused when archived, or when the visitor has another open one.
            await storm.call(side, "one by key", method, path, headers=headers, allow=(200, 409, 403))


async def fetch_file(storm: Storm, side: Side, dice: random.Random) -> None:
    if side.files:
        path = f"/files/{dice.choice(side.files)}"
        headers = dice.choice([secret(side), cookies(dice.choice(side.colleagues))])
        answer = await storm.call(side, "file", "GET", path, headers=headers)
        if answer.status_code == 200:
            storm.watch.has_own(side.slug, "file", answer.content)


OPERATIONS = [
    Operation("console", 10, read_console),
    Operation("change a visitor", 2, change_visitor),
    Operation("admin", 3, open_admin),
    Operation("agent answers", 14, answer),
    Operation("agent's socket", 12, use_socket),
    Operation("integrator", 12, integrate),
    Operation("fetch a file", 3, fetch_file),
]
