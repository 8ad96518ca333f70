"""Networks and days for benchmarks/heartbeat.py: what is said when, when links die, how frames get through."""

from bisect import bisect_right
from dataclasses import dataclass, field
from random import Random

DAY_MS = 24 * 3_600_000.0
HOUR_MS = 3_600_000.0
# TCP sends again after 0.3 s, then doubling.
RETRANSMITS_MS = [300.0 * (2**n - 1) for n in range(9)]


@dataclass(frozen=True)
class Network:
    name: str
    # A box in between forgets a link that idled this long, and tells nobody. It looks round every tenth of that.
    nat_ms: float | None = None
    # Links that die in silence without having idled: handovers, a pulled cable, a peer that lost power.
    silent_deaths: float = 0
    one_way_ms: float = 25
    # Share of lost frames, drawn anew each hour, and seconds during which nothing gets through.
    loss: tuple[float, float] = (0, 0)
    bursts: float = 0
    burst_s: float = 8


NETWORKS = [
    Network("clean"),
    Network("NAT 30 s", nat_ms=30_000),
    Network("NAT 60 s", nat_ms=60_000),
    Network("NAT 300 s", nat_ms=300_000),
    Network("lossy mobile", one_way_ms=60, loss=(0.05, 0.30), bursts=150, silent_deaths=8),
    Network("half-open", silent_deaths=12),
]


@dataclass
class DayPlan:
    """What happens whatever the policy is."""

    network: Network
    # When the client and the server say something of their own accord.
    client_says: list[float] = field(default_factory=list)
    server_says: list[float] = field(default_factory=list)
    deaths: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    bursts: list[tuple[float, float]] = field(default_factory=list)
    seed: int = 0

    def loss_at(self, at: float) -> float:
        index = bisect_right(self.bursts, (at, DAY_MS * 2)) - 1
        if index >= 0 and at < self.bursts[index][1]:
            return 1.0
        return self.losses[min(int(at / HOUR_MS), 23)]


def make_day(network: Network, seed: int) -> DayPlan:
    random = Random(f"{network.name} {seed}")
    day = DayPlan(network, seed=seed, losses=[random.uniform(*network.loss) for _ in range(24)])
    for start, end in talks(random):
        day.client_says += said(random, start, end)
        day.server_says += said(random, start, end)
    day.client_says.sort()
    day.server_says.sort()
    day.deaths = sorted(random.uniform(0, DAY_MS) for _ in range(round(network.silent_deaths)))
    starts = sorted(random.uniform(0, DAY_MS) for _ in range(round(network.bursts)))
    day.bursts = [(start, start + random.expovariate(1 / (network.burst_s * 1_000))) for start in starts]
    return day


def talks(random: Random) -> list[tuple[float, float]]:
    """Sixteen waking hours, a talk about every 45 minutes, of 3 to 12 minutes; in between and at night nothing."""
    found, at = [], 8 * HOUR_MS
    while (at := at + random.expovariate(1 / 45) * 60_000) < DAY_MS - 15 * 60_000:
        end = at + random.uniform(3, 12) * 60_000
        found.append((at, end))
        at = end
    return found


def said(random: Random, start: float, end: float) -> list[float]:
    times = []
    while (start := start + random.expovariate(1 / 20_000)) < end:
        times.append(start)
    return times
