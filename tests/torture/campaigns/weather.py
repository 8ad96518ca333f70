"""R6: a bad network between the clients and the web processes."""

import asyncio
import itertools
import time
from dataclasses import dataclass

from tests.torture.campaigns.run import Run
from tests.torture.network import FAIR, Weather
from tests.waiting_for import until

HEARTBEAT = 5.0
# An answer that takes longer is taken for a dead connection, and so is a handshake.
PATIENCE = 3.0


@dataclass(frozen=True)
class Episode:
    name: str
    weather: Weather
    seconds: float


EPISODES = (
    Episode("black hole", Weather(is_hole=True), 8.0),
    Episode("30 % loss", Weather(loss=0.3, reset=0.002), 8.0),
    Episode("64 kbit/s", Weather(bytes_per_second=8000), 8.0),
    Episode("resets", Weather(reset=0.05), 8.0),
)


async def break_network(run: Run) -> None:
    """R6: after each episode everybody has everything within two heartbeats, while talk goes on."""
    network = run.rig.network
    assert network is not None
    for episode in itertools.islice(itertools.cycle(EPISODES), run.cycles):
        await asyncio.sleep(run.dice.uniform(0.5, 1.5))
        network.change(episode.weather)
        await asyncio.sleep(episode.seconds)
        network.change(FAIR)
        await _note_convergence(run, episode.name)
        run.on_cycle()
    run.figures |= dict(network.counts)


async def _note_convergence(run: Run, episode: str) -> None:
    """How long until everything that anybody had said when the network became well is acknowledged and everywhere."""
    rig, started = run.rig, time.monotonic()
    # A slice shares its machine with other tests: there, only that it converges at all is judged.
    limit = HEARTBEAT * (12 if run.is_slice else 2)
    said = rig.in_outboxes()
    try:
        await until(lambda: all(draft.outcome != "unknown" for draft in said), limit, "all is answered")
        tops = rig.tops()
        await until(lambda: rig.has_reached(tops), started + limit - time.monotonic(), "all have converged")
        run.note_slowest(f"converged after {episode}, s", time.monotonic() - started)
    except TimeoutError as error:
        run.problems.append(f"after {episode}: {error}")
