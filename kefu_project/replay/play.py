"""Playing: dialogues begin at fixed times, whatever the server does (an open loop), each on its own connections."""

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import httpx
from websockets.exceptions import WebSocketException

from kefu_project.replay.corpus import Dialogue
from kefu_project.replay.line import LineLost, Refused
from kefu_project.replay.people import Desk, Speaker, visitor_arrives
from kefu_project.replay.site import Site

AT_ONCE = 100
# An agent's connection may send 10 frames a second; a dialogue takes about 2.3 of them, in bursts.
AGENT_FRAMES = 2.3
FRAMES_PER_LINE = 4.0
FAILURES = (LineLost, Refused, LookupError, OSError, httpx.HTTPError, WebSocketException, TimeoutError)


@dataclass(frozen=True, slots=True)
class Said:
    """A line that was acknowledged."""

    id: str
    seq: int
    author_kind: str
    text: str


@dataclass(slots=True)
class Played:
    """What one dialogue came to. `failure` is empty when all of it was said."""

    dialogue: Dialogue
    site: Site
    conversation: str = ""
    sent: int = 0
    said: list[Said] = field(default_factory=list)
    ack_seconds: list[float] = field(default_factory=list)
    late_seconds: float = 0.0
    asked_again: int = 0
    failure: str = ""


@dataclass(slots=True)
class Show:
    """All dialogues, and how long it took."""

    played: list[Played] = field(default_factory=list)
    seconds: float = 0.0
    rate_limited: int = 0


async def play_all(
    sites: Sequence[Site], dialogues: Sequence[Dialogue], *, rate: float, on_done: Callable[[Played], None]
) -> Show:
    """Play the dialogues, in turn at each brand, `rate` of them beginning per second; at most AT_ONCE at a time."""
    show = Show()
    places = asyncio.Semaphore(AT_ONCE)
    base = f"http://{sites[0].address}:{sites[0].port}"
    async with AsyncExitStack() as stack:
        # Idle connections are given up before the server does, which would fail a request that is just being sent.
        limits = httpx.Limits(max_connections=50, keepalive_expiry=2)
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=base, timeout=30, limits=limits))
        desks = [Desk(site) for site in sites]
        for desk in desks:
            stack.push_async_callback(desk.close)
            await desk.open(base, max(2, math.ceil(rate / len(sites) * AGENT_FRAMES / FRAMES_PER_LINE)))
        began = time.monotonic()

        async def play_one(dialogue: Dialogue, due: float) -> None:
            desk = desks[dialogue.number % len(desks)]
            played = Played(dialogue, desk.site, late_seconds=time.monotonic() - due)
            show.played.append(played)
            try:
                await _play(http, desk, played)
            except FAILURES as error:
                played.failure = f"{type(error).__name__}: {error}"
            finally:
                places.release()
                on_done(played)

        async with asyncio.TaskGroup() as tasks:
            for dialogue in dialogues:
                due = began + dialogue.number / rate
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                await places.acquire()
                tasks.create_task(play_one(dialogue, due))
        show.seconds = time.monotonic() - began
        show.rate_limited = sum(agent.line.waits for desk in desks for agent in desk.agents)
    return show


async def _play(http: httpx.AsyncClient, desk: Desk, played: Played) -> None:
    visitor = await visitor_arrives(http, desk.site, played.dialogue)
    agent = desk.agent_for(played.dialogue)
    try:
        for number, text in enumerate(played.dialogue.lines):
            speaker, listener, kind = (agent, visitor, "agent") if number % 2 else (visitor, agent, "visitor")
            await _say(played, speaker, kind, text)
            said = played.said[-1]
            played.asked_again += not await listener.is_shown(played.conversation, said.seq)
        await agent.line.request("conversation.close", {}, played.conversation)
    finally:
        desk.shown.forget(played.conversation)
        await visitor.line.close()


async def _say(played: Played, speaker: Speaker, kind: str, text: str) -> None:
    played.sent += 1
    began = time.monotonic()
    ack = await speaker.say(text, played.conversation or None)
    played.ack_seconds.append(time.monotonic() - began)
    if played.conversation and ack["conversation"] != played.conversation:
        raise LookupError(f"the answer went into another conversation, {ack['conversation']}")
    played.conversation = ack["conversation"]
    played.said.append(Said(ack["id"], ack["seq"], kind, text))
