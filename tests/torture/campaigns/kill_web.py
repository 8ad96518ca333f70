"""R1: a web process is killed while it works."""

import asyncio
import time
from contextlib import suppress
from functools import partial

from tests.torture.campaigns.run import Run
from tests.torture.installation import Web
from tests.torture.rig import Rig
from tests.waiting_for import until

BUSY_MESSAGES, BUSY_SECONDS = 20, 20.0


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
