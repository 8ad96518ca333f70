"""R15: all sockets are cut at once."""

import asyncio
import time
from functools import partial

from tests.torture.campaigns.run import Run
from tests.torture.rig import Rig
from tests.waiting_for import until

BACK_SECONDS = 30.0
STALL_SECONDS = 2.0


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
