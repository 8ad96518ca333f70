"""An honest estimate of the wait, from how long conversations lasted lately. Pure.

With `slots` conversations going on at once that take `service` seconds each, one ends every `service / slots` seconds,
and with it somebody gets on: whoever stands at place p waits for p of these. The median, so that one conversation that
was forgotten for a night does not count for more than one. Nobody there, or too little known: no estimate at all.

Who serves several queues is shared out over them by how many wait there: two queues of ten get half of an agent each,
one of ten beside an empty one gets all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from uuid import UUID

MIN_KNOWN = 3
SHORTEST, LONGEST = 30, 4 * 3600
# What takes longer than this is no answer time to be told.
LONGEST_USUAL = 12 * 3600
# What is rounded up to so much does not change with every conversation that ends.
COARSE = ((600, 30), (3600, 60), (LONGEST, 300))


@dataclass(frozen=True, slots=True)
class Pace:
    """How a queue went lately: seconds that its last conversations took, how many can go on at once, how many do. Parts
    of slots are those of agents who serve other queues too."""

    services: Sequence[float]
    slots: float
    taken: float = 0


@dataclass(frozen=True, slots=True)
class Serving:
    """An agent who is online: how many at once, how many now, in which queues."""

    capacity: int
    has_now: int
    queues: Sequence[UUID]


def share_out(agents: Iterable[Serving], queue: UUID, waiting: Mapping[UUID, int]) -> tuple[float, float]:
    """Return the slots that these agents of the queue have for it, and how many of them are taken."""
    slots = taken = 0.0
    for agent in agents:
        # Whoever asks waits there, whether counted already or not.
        here = max(1, waiting.get(queue, 0))
        share = here / (here + sum(waiting.get(other, 0) for other in agent.queues if other != queue))
        # Where agents take themselves, nothing keeps them from having more than their capacity.
        slots += share * max(agent.capacity, agent.has_now)
        taken += share * agent.has_now
    return slots, taken


def estimate_wait(place: int, pace: Pace) -> int | None:
    """Seconds until whoever stands at `place` (from 1 on) is answered; None: not known."""
    if pace.slots <= 0 or len(pace.services) < MIN_KNOWN:
        return None
    free = max(0.0, pace.slots - pace.taken)
    # Free slots take the first of the queue at once.
    turns = max(0.0, place - free)
    return rounded(round(turns * median(pace.services) / pace.slots, 3))


def usual_seconds(answered: Sequence[float], waiting: Sequence[float]) -> int | None:
    """The median of the times until an answer; None: too few, or too long to be worth saying.

    Who still waits for longer than that median counts with the time so far: asked only are otherwise the lucky ones.
    """
    if len(answered) < MIN_KNOWN:
        return None
    usual = median(answered)
    seconds = median([*answered, *(time for time in waiting if time > usual)])
    return max(1, round(seconds)) if seconds <= LONGEST_USUAL else None


def rounded(seconds: float) -> int:
    """Rounded up, the more coarsely the longer it takes, and never beyond what anybody can promise."""
    bounded = min(max(seconds, SHORTEST), LONGEST)
    step = next(step for limit, step in COARSE if bounded <= limit)
    return -int(-bounded // step) * step
