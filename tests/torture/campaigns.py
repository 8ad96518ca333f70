"""The campaigns: what is broken, when, and what must hold beyond the history (docs/reliability/)."""

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from tests.torture.client import Client
from tests.torture.installation import Installation, Web
from tests.torture.rig import Rig, until

LIVE_AGAIN_SECONDS = 20.0
BACK_SECONDS = 30.0
STALL_SECONDS = 2.0
BUSY_MESSAGES, BUSY_SECONDS = 20, 20.0


@dataclass
class Run:
    """One campaign under way."""

    installation: Installation
    rig: Rig
    cycles: int
    dice: random.Random
    on_cycle: Callable[[], None]
    pause: float
    figures: dict[str, float | int | str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    async def off_loop(self, call: Callable[[], None]) -> None:
        """Run something that blocks beside the clients."""
        await asyncio.to_thread(call)

    def note_slowest(self, name: str, seconds: float) -> None:
        self.figures[name] = max(float(self.figures.get(name, 0.0)), round(seconds, 2))


async def calm(run: Run) -> None:
    """Nothing is broken: what is wrong now is wrong always."""
    for _ in range(run.cycles):
        await asyncio.sleep(run.dice.uniform(1.0, 2.0))
        run.on_cycle()


async def kill_web(run: Run) -> None:
    """R1: kill -9 of one of two web processes under load, and start it again."""
    for _ in range(run.cycles):
        web = run.dice.choice(run.rig.webs)
        # A process that has just begun, or that all have left, would lose nothing whatever its defects.
        before = run.rig.acknowledged_by(web)
        with suppress(TimeoutError):
            await until(partial(_is_busy, run.rig, web, before), BUSY_SECONDS, "the process is busy")
            run.figures["kills of a busy process"] = int(run.figures.get("kills of a busy process", 0)) + 1
        await asyncio.sleep(run.dice.uniform(0.0, 0.5))
        web.kill()
        killed = time.monotonic()
        web.start()
        await run.off_loop(web.wait)
        run.note_slowest("slowest restart, s", time.monotonic() - killed)
        # Everybody has moved to the other process by now: let half of them move again.
        for client in run.rig.clients:
            if run.dice.random() < 0.5:
                client.cut()
        run.on_cycle()
    run.figures["kills"] = run.cycles


def _is_busy(rig: Rig, web: Web, before: int) -> bool:
    return rig.acknowledged_by(web) >= before + BUSY_MESSAGES


async def break_redis(run: Run) -> None:
    """R3: Valkey killed, flushed, stopped, in turn; afterwards events are pushed again, not only found."""
    kinds = [_kill_valkey, _flush_valkey, _stop_valkey]
    for number in range(run.cycles):
        how = kinds[number % len(kinds)]
        await asyncio.sleep(run.dice.uniform(0.5, 1.5))
        await how(run)
        name = how.__name__.strip("_").replace("_valkey", "")
        try:
            seconds = await until(
                partial(_all_pushed_since, run.rig, time.monotonic()), LIVE_AGAIN_SECONDS, "live again"
            )
            run.note_slowest(f"live again after {name}, s", seconds)
        except TimeoutError:
            run.problems.append(f"not live within {LIVE_AGAIN_SECONDS:.0f} s after {name}: events are not pushed")
        run.on_cycle()


async def _kill_valkey(run: Run) -> None:
    run.installation.kill_valkey()
    await _return_meanwhile(run, 1.0)
    await run.off_loop(partial(run.installation.start_again, "valkey"))


async def _flush_valkey(run: Run) -> None:
    from chat.presence import redis_client

    await run.off_loop(lambda: redis_client().flushall() and None)


async def _stop_valkey(run: Run) -> None:
    run.installation.pause_valkey()
    try:
        await _return_meanwhile(run, run.pause)
    finally:
        run.installation.resume_valkey()


async def _return_meanwhile(run: Run, seconds: float) -> None:
    """Let some connections, an agent's among them, be cut and come back while Redis is away."""
    ends, cut = time.monotonic() + seconds, time.monotonic()
    returning = [run.rig.agents[0], *run.rig.visitors[: len(run.rig.visitors) // 4]]
    for client in returning:
        client.cut()
    with suppress(TimeoutError):
        await until(partial(_all_talk_since, returning, cut), seconds, "all are back")
        run.note_slowest("back and heard while Redis is away, s", time.monotonic() - cut)
    await asyncio.sleep(max(0.0, ends - time.monotonic()))
    run.figures["not heard while Redis is away"] = int(run.figures.get("not heard while Redis is away", 0)) + sum(
        not _all_talk_since([client], cut) for client in returning
    )


def _all_talk_since(clients: list[Client], moment: float) -> bool:
    """Tell whether each has connected since then and had a message acknowledged on that connection."""
    return all(
        client.live_at > moment and client.sent and (client.sent[-1].answered_at or 0) > client.live_at
        for client in clients
    )


async def _note_live_again(run: Run, what: str) -> None:
    """How long until every receiver is pushed something of every conversation again."""
    is_live = partial(_all_pushed_since, run.rig, time.monotonic())
    try:
        run.note_slowest(f"live again after {what}, s", await until(is_live, LIVE_AGAIN_SECONDS, "live again"))
    except TimeoutError:
        run.problems.append(f"not live within {LIVE_AGAIN_SECONDS:.0f} s after {what}: events are not pushed")


def _all_pushed_since(rig: Rig, moment: float) -> bool:
    """Tell whether every receiver was pushed something of every conversation since then."""
    return all(
        client.pushed_at.get(conversation, 0.0) > moment for client in rig.clients for conversation in client.trackers
    )


async def restart_postgres(run: Run) -> None:
    """R4: PostgreSQL stopped as a crash and as an administrator does, and started again."""
    for number in range(run.cycles):
        await asyncio.sleep(run.dice.uniform(0.5, 1.5))
        await run.off_loop(partial(run.installation.stop_postgres, (signal.SIGQUIT, signal.SIGINT)[number % 2]))
        await asyncio.sleep(run.pause)
        await run.off_loop(partial(run.installation.start_again, "postgres"))
        await _note_live_again(run, "stop of PostgreSQL")
        run.on_cycle()


async def cut_sockets(run: Run) -> None:
    """R15: every visitor's socket cut at once. Each conversation goes on during the return, then falls silent; nobody
    asks for tops, so joining and reading alone must be whole."""
    rig = run.rig
    for _ in range(run.cycles):
        cut = time.monotonic()
        for client in rig.visitors:
            client.cut()
        said = [asyncio.create_task(_answer_once(rig, number, run)) for number in range(len(rig.visitors))]
        try:
            await until(partial(_all_live_since, rig, cut), BACK_SECONDS, "all are back")
            run.note_slowest("all back, s", max(client.live_at for client in rig.visitors) - cut)
        except TimeoutError:
            missing = sum(client.live_at <= cut for client in rig.visitors)
            run.problems.append(f"{missing} sockets were not back within {BACK_SECONDS:.0f} s")
        await asyncio.gather(*said)
        await rig.settle()
        run.on_cycle()
    run.figures["sockets"] = len(rig.visitors)
    run.figures["failed connections"] = sum(client.counts.failed_connections for client in rig.visitors)
    if run.figures["failed connections"]:
        run.problems.append(f"{run.figures['failed connections']} connections were refused or failed")


def _all_live_since(rig: Rig, moment: float) -> bool:
    return all(client.live_at > moment for client in rig.visitors)


async def _answer_once(rig: Rig, number: int, run: Run) -> None:
    agent = rig.agents[number % len(rig.agents)]
    conversation = rig.conversations[rig.cast.visitors[number].id]
    # Ten frames a second and connection: spread over as long as that takes, at least over the time of the return.
    await asyncio.sleep(run.dice.uniform(0, max(STALL_SECONDS, len(rig.visitors) / len(rig.agents) / 8)))
    rig.say(agent, conversation, run.dice)


@dataclass(frozen=True)
class Campaign:
    name: str
    about: str
    run: Callable[[Run], Awaitable[None]]
    cycles: int
    slice_cycles: int
    visitors: int = 24
    slice_visitors: int = 12
    agents: int = 4
    heartbeat: float | None = 2.0
    pause: float = 30.0
    slice_pause: float = 12.0
    talks: bool = True


CAMPAIGNS = {
    campaign.name: campaign
    for campaign in (
        Campaign("calm", "nothing broken", calm, 20, 4),
        Campaign("R1", "kill -9 of one of two web processes under load", kill_web, 200, 5),
        Campaign("R3", "Valkey killed, flushed, stopped", break_redis, 9, 2),
        Campaign("R4", "PostgreSQL stopped and started", restart_postgres, 6, 1, pause=5.0, slice_pause=0.5),
        Campaign(
            "R15",
            "all sockets cut at once",
            cut_sockets,
            3,
            1,
            visitors=2000,
            slice_visitors=200,
            agents=8,
            heartbeat=None,
            talks=False,
        ),
    )
}
