"""P5: bytes on the wire when an agent comes back after an hour, against loading everything again."""

import asyncio
import json
import math
import socket
import time
from typing import Any
from uuid import UUID, uuid4

from benchmarks.plan import Plan, Step
from benchmarks.site import HOST, Cast, Variant, running
from benchmarks.sockets import Socket, handshake, text_frame

TEXTS = [
    "Hello, is the blue one in stock in size M?",
    "Let me look that up for you, one moment please.",
    "We have two left. Shall I put one aside? It would be held for you until tomorrow evening.",
    "Yes please!",
    "你好,请问这个订单什么时候发货?",
    "您好,今天下午就会发出,快递单号会发到您的手机上。",
]
MESSAGES_EACH = 30
CHANGED_EACH = 3
CHANGED_SHARE = 0.05
WAIT_SECONDS = 30


def p5(cast: Cast, variant: Variant, plan: Plan, step: Step) -> dict[str, Any]:
    step("P5: writing conversations")
    positions = asyncio.run(_write(cast, plan.conversations))
    with running(variant, 1) as [web]:
        step("P5: coming back")
        back = asyncio.run(_come_back(web.port, cast.sessions[0], positions))
        step("P5: loading again")
        again = _load_again(web.port, cast.sessions[0], list(positions))
    return {
        "conversations": len(positions),
        "changed": int(len(positions) * CHANGED_SHARE),
        "resume_bytes": back["bytes"],
        "resume_ms": back["ms"],
        "again_bytes": again["bytes"],
        "again_requests": again["requests"],
        "again_ms": again["ms"],
        "saved_percent": round(100 * (1 - back["bytes"] / again["bytes"]), 2),
    }


async def _write(cast: Cast, count: int) -> dict[str, int]:
    """Conversations with some history; then in 5 % of them something happens. Returns what the agent had before."""
    from django.utils import timezone

    from chat.conversations import open_conversation
    from chat.message_log.writer import writer
    from chat.models import Conversation, Visitor
    from tenants.context import run_in_tenant
    from tenants.models import Tenant

    def begin() -> "list[Conversation]":
        people = Visitor.objects.bulk_create([Visitor(name=f"P{n}") for n in range(count)])
        return [open_conversation(visitor, now=timezone.now()) for visitor in people]

    def tops() -> dict[str, int]:
        rows = Conversation.objects.filter(pk__in=[c.pk for c in conversations])
        return {str(pk): top for pk, top in rows.values_list("pk", "last_seq")}

    tenant = await asyncio.to_thread(Tenant.objects.get, slug="bench")
    conversations = await run_in_tenant(tenant, begin)
    await _say(tenant, conversations, MESSAGES_EACH)
    positions: dict[str, int] = await run_in_tenant(tenant, tops)
    await _say(tenant, conversations[: int(count * CHANGED_SHARE)], CHANGED_EACH)
    await writer().flush()
    return positions


async def _say(tenant: Any, conversations: list[Any], times: int) -> None:
    from django.utils import timezone

    from chat.authors import Author
    from chat.message_log.writer import writer
    from chat.messages import MessageDraft
    from chat.posting import make_entry

    for number in range(times):
        draft = MessageDraft(uuid4(), text=TEXTS[number % len(TEXTS)])
        entries = [
            make_entry(c.pk, Author.of_visitor(c.visitor), draft, "public", timezone.now()) for c in conversations
        ]
        await asyncio.gather(*(writer().write(tenant, entry) for entry in entries))


async def _come_back(port: int, session: str, positions: dict[str, int]) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    opened, resumed = loop.create_future(), loop.create_future()

    def look(payload: bytes, now: float) -> None:
        if b'"reply_to":"back"' in payload:
            resumed.set_result(json.loads(payload))

    started = time.perf_counter()
    request = handshake(HOST, port, "agent", session=session)
    made = Socket(request, opened, look, time.perf_counter)
    await loop.create_connection(lambda: made, "127.0.0.1", port)
    await asyncio.wait_for(opened, WAIT_SECONDS)
    question = json.dumps({"id": "back", "type": "resume", "data": {"conversations": positions}}).encode()
    made.send(question)
    answer = await asyncio.wait_for(resumed, WAIT_SECONDS)
    took = time.perf_counter() - started
    if not all(one["recovered"] for one in answer["data"]["conversations"].values()):
        raise SystemExit("P5: the resume was not whole.")
    made.close()
    return {"bytes": made.bytes_in + len(request) + len(text_frame(question)), "ms": round(1000 * took, 1)}


def _load_again(port: int, session: str, conversations: list[str]) -> dict[str, Any]:
    """What a client without positions asks: the lists, and the last page of each conversation."""
    started, total, requests = time.perf_counter(), 0, 0
    paths = [f"/api/v1/agent/conversations/{UUID(pk)}/events" for pk in conversations]
    cursor: str | None = ""
    while cursor is not None:
        answer, size = _get(
            port, session, "/api/v1/agent/conversations?limit=100" + (f"&cursor={cursor}" * bool(cursor))
        )
        total, requests, cursor = (
            total + size,
            requests + 1,
            answer["next"] if requests + 1 < math.ceil(len(conversations) / 100) else None,
        )
    for path in paths:
        _answer, size = _get(port, session, path)
        total, requests = total + size, requests + 1
    took = time.perf_counter() - started
    return {"bytes": total, "requests": requests, "ms": round(1000 * took, 1)}


def _get(port: int, session: str, path: str) -> tuple[dict[str, Any], int]:
    lines = [f"GET {path} HTTP/1.1", f"Host: {HOST}:{port}", f"Cookie: kefu_session={session}", "Connection: close"]
    request = "\r\n".join([*lines, "", ""]).encode()
    with socket.create_connection(("127.0.0.1", port), WAIT_SECONDS) as link:
        link.sendall(request)
        answer = b"".join(iter(lambda: link.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    if b" 200 " not in head[:16]:
        raise SystemExit(f"P5: {path} was answered with {head[:40]!r}")
    found: dict[str, Any] = json.loads(body)
    return found, len(request) + len(answer)
