"""When to come back after a cut. Twin of frontend/src/engine/backoff.ts; tests/vectors/backoff.json drives both.

Full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/): a cut of thousands of clients
at once comes back spread over the whole window instead of in steps.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from math import floor
from typing import Literal

FLOOR_MS = 500
CEILING_MS = 30_000


def reconnect_delay(attempt: int, rng: Callable[[], float] = random.random) -> int:
    """Return the milliseconds before reconnect number `attempt` (0: the first after a cut)."""
    window: int = min(CEILING_MS, FLOOR_MS * 2 ** min(attempt + 1, 16))
    return floor(FLOOR_MS + rng() * (window - FLOOR_MS) + 0.5)


@dataclass(frozen=True)
class CloseVerdict:
    """`retry`; `fatal`: the owner decides (new session, sign in again); `epoch`: history was replaced, reload."""

    kind: Literal["retry", "fatal", "epoch"]
    at_least_ms: int = 0


VERDICTS = {
    4401: CloseVerdict("fatal"),
    4403: CloseVerdict("fatal"),
    4409: CloseVerdict("epoch"),
    1013: CloseVerdict("retry", 3_000),
    4429: CloseVerdict("retry", 10_000),
    # A fault of ours; trying again soon would repeat it.
    4400: CloseVerdict("retry", 30_000),
}


def verdict_on(code: int) -> CloseVerdict:
    """Return what a close code asks of us. Unknown codes (1006 above all) are an ordinary cut."""
    return VERDICTS.get(code, CloseVerdict("retry"))
