"""One campaign under way, and what every campaign says of itself."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from tests.torture.installation import Installation
from tests.torture.rig import Pace, Rig
from tests.waiting_for import until

LIVE_AGAIN_SECONDS = 20.0


@dataclass
class Run:
    """One campaign under way."""

    installation: Installation
    rig: Rig
    cycles: int
    dice: random.Random
    on_cycle: Callable[[], None]
    pause: float
    is_slice: bool = False
    # How many more connections a campaign opens beside its clients.
    extras: int = 0
    figures: dict[str, float | int | str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    # What is done when the history has been read, since nothing can be read afterwards.
    last_act: Callable[[], Awaitable[None]] | None = None

    async def off_loop(self, call: Callable[[], None]) -> None:
        """Run something that blocks beside the clients."""
        await asyncio.to_thread(call)

    def note_slowest(self, name: str, seconds: float) -> None:
        self.figures[name] = max(float(self.figures.get(name, 0.0)), round(seconds, 2))


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
    listeners: int = 0
    pace: Pace = field(default_factory=Pace)
    patience: float | None = None
    has_network: bool = False
    transports: Sequence[str] = ("json",)
    # Seconds between cuts of somebody's connection, so that it comes back over another transport.
    switching: float = 0.0
    extras: int = 0
    slice_extras: int = 0


async def note_live_again(run: Run, what: str) -> None:
    """How long until every receiver is pushed something of every conversation again."""
    is_live = partial(all_pushed_since, run.rig, time.monotonic())
    try:
        run.note_slowest(f"live again after {what}, s", await until(is_live, LIVE_AGAIN_SECONDS, "live again"))
    except TimeoutError:
        run.problems.append(f"not live within {LIVE_AGAIN_SECONDS:.0f} s after {what}: events are not pushed")


def all_pushed_since(rig: Rig, moment: float) -> bool:
    """Tell whether every receiver was pushed something of every conversation since then."""
    return all(
        client.pushed_at.get(conversation, 0.0) > moment for client in rig.clients for conversation in client.trackers
    )
