"""An honest estimate of the wait, from how long conversations lasted lately. Pure.

With `slots` conversations going on at once that take `service` seconds each, one ends every `service / slots` seconds,
and with it somebody gets on: whoever stands at place p waits for p of these. The median, so that one conversation that
was forgotten for a night does not count for more than one. Nobody there, or too little known: no estimate at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

MIN_KNOWN = 3
SHORTEST, LONGEST = 30, 4 * 3600
# What takes longer than this is no answer time to be told.
LONGEST_USUAL = 12 * 3600
# What is rounded up to so much does not change with every conversation that ends.
COARSE = ((600, 30), (3600, 60), (LONGEST, 300))


@dataclass(frozen=True, slots=True)
class Pace:
    """How a queue went lately: seconds that its last conversations took, how many can go on at once, how many do."""

    services: Sequence[float]
    slots: int
    taken: int = 0


def estimate_wait(place: int, pace: Pace) -> int | None:
    """Seconds until whoever stands at `place` (from 1 on) is answered; None: not known."""
    if pace.slots <= 0 or len(pace.services) < MIN_KNOWN:
        return None
    free = max(0, pace.slots - pace.taken)
    # Free slots take the first of the queue at once.
    turns = max(0, place - free)
    return rounded(turns * median(pace.services) / pace.slots)


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
