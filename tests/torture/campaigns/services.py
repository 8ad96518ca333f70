"""R3 and R4: Valkey and PostgreSQL are taken away and come back."""

import asyncio
import signal
import time
from contextlib import suppress
from functools import partial

from tests.torture.campaigns.run import Run, note_live_again
from tests.torture.client import Client
from tests.waiting_for import until


async def break_redis(run: Run) -> None:
    """R3: Valkey killed, flushed, stopped, in turn; afterwards events are pushed again, not only found."""
    kinds = [_kill_valkey, _flush_valkey, _stop_valkey]
    for number in range(run.cycles):
        how = kinds[number % len(kinds)]
        await asyncio.sleep(run.dice.uniform(0.5, 1.5))
        await how(run)
        await note_live_again(run, how.__name__.strip("_").replace("_valkey", ""))
        run.on_cycle()


async def _kill_valkey(run: Run) -> None:
    run.installation.kill_valkey()
    await _return_meanwhile(run, 1.0)
    await run.off_loop(partial(run.installation.start_again, "valkey"))


async def _flush_valkey(run: Run) -> None:
    from chat.redis_clients import redis_client

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


async def restart_postgres(run: Run) -> None:
    """R4: PostgreSQL stopped as a crash and as an administrator does, and started again."""
    for number in range(run.cycles):
        await asyncio.sleep(run.dice.uniform(0.5, 1.5))
        await run.off_loop(partial(run.installation.stop_postgres, (signal.SIGQUIT, signal.SIGINT)[number % 2]))
        await asyncio.sleep(run.pause)
        await run.off_loop(partial(run.installation.start_again, "postgres"))
        await note_live_again(run, "stop of PostgreSQL")
        run.on_cycle()
