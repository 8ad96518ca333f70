"""R2: a web process is killed at one exact place on a message's way, from before the insert to before the ack."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.torture.campaigns.run import Run
from tests.torture.failpoints import COMMITTED, UNCOMMITTED, WEB_POINTS, Failpoint
from tests.torture.installation import Web
from tests.waiting_for import until

REACH_SECONDS = 30.0


@dataclass
class Reached:
    """Which messages were in hand where the processes died."""

    uncommitted: set[str] = field(default_factory=set)
    committed: set[str] = field(default_factory=set)
    kills: Counter[str] = field(default_factory=Counter)

    def note(self, point: str, keys: list[str]) -> None:
        self.kills[point] += 1
        if point in UNCOMMITTED:
            self.uncommitted.update(keys)
        elif point in COMMITTED:
            self.committed.update(keys)


async def kill_at_failpoints(run: Run) -> None:
    """R2: each failpoint in turn, each time in one of two web processes, while everybody talks."""
    reached = Reached()
    with _failpoints_in(run.rig.webs):
        for web in run.rig.webs:
            await _replace(run, web)
        for point in itertools.islice(itertools.cycle(WEB_POINTS), run.cycles):
            await asyncio.sleep(run.dice.uniform(0.0, 0.5))
            await _kill_one(run, point, reached)
            run.on_cycle()
    await run.rig.stop_talking()
    await run.rig.settle()
    _judge(run, reached)


@contextmanager
def _failpoints_in(webs: list[Web]) -> Iterator[None]:
    try:
        for web in webs:
            web.failpoint = Failpoint(web.log.with_suffix(".failpoint"))
        yield
    finally:
        for web in webs:
            web.failpoint = None


async def _kill_one(run: Run, point: str, reached: Reached) -> None:
    """Arm the process that has more clients; start it again when it has died there."""
    web = max(run.rig.webs, key=run.rig.connected_to)
    assert web.failpoint is not None
    web.failpoint.arm(point)
    try:
        await until(web.has_ended, REACH_SECONDS, point)
    except TimeoutError:
        run.problems.append(f"{point}: no message got there within {REACH_SECONDS:.0f} s")
        web.failpoint.disarm()
        return
    keys = web.failpoint.reached()
    if keys is None:
        run.problems.append(f"{point}: the process ended by itself")
    else:
        reached.note(point, keys)
    await _replace(run, web)
    for client in run.rig.clients:
        if run.dice.random() < 0.3:
            client.cut()


async def _replace(run: Run, web: Web) -> None:
    web.kill()
    killed = time.monotonic()
    web.start()
    await run.off_loop(web.wait)
    run.note_slowest("slowest restart, s", time.monotonic() - killed)


def _judge(run: Run, reached: Reached) -> None:
    """What was committed must have been recognised when it came again; what was not, written then."""
    said = {key: flags for client in run.rig.clients for key, flags in client.repeated.items() if len(flags) == 1}
    committed, uncommitted = reached.committed, reached.uncommitted - reached.committed
    run.problems += [f"{key} was committed and written again" for key in committed & said.keys() if not said[key][0]]
    run.problems += [f"{key} was never committed and known" for key in uncommitted & said.keys() if said[key][0]]
    run.figures |= {f"kills {point}": times for point, times in reached.kills.items()}
    run.figures["in hand and committed, known when sent again"] = len(committed & said.keys())
    run.figures["in hand and not committed, written when sent again"] = len(uncommitted & said.keys())
