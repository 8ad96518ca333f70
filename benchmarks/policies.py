"""Heartbeats that benchmarks/heartbeat.py compares: ours as it is shipped, and fixed ones as they are common."""

from collections.abc import Callable
from typing import Protocol

from kefu_client.heartbeat import APP_CEILING, WEB_CEILING, Beat, Heartbeat, HeartbeatConfig, Learnt

SERVER_INTERVAL = 25_000
# As Socket.IO has it: an answer later than this means dead.
PONG_WITHIN = 20_000
LATE_MS = 4_000


class Policy(Protocol):
    """What a client does about one link after the other."""

    # A message without its answer for this long is a reason to doubt; None: it is not.
    late_ms: float | None

    def opened(self, now: float) -> None: ...
    def heard(self, now: float) -> None: ...
    def sent(self, now: float) -> None: ...
    def doubt(self, now: float) -> None: ...
    def due_in(self, now: float) -> float: ...
    def tick(self, now: float) -> Beat: ...


class Learning:
    """Ours: one Heartbeat a link, what it learnt goes on to the next."""

    late_ms: float | None = LATE_MS

    def __init__(self, ceiling: int) -> None:
        self.ceiling = ceiling
        self.learnt: Learnt | None = None
        self.beat: Heartbeat

    def opened(self, now: float) -> None:
        self.beat = Heartbeat(HeartbeatConfig(SERVER_INTERVAL, self.ceiling, learnt=self.learnt), now)

    def heard(self, now: float) -> None:
        self.beat.heard(now)

    def sent(self, now: float) -> None:
        self.beat.sent(now)

    def doubt(self, now: float) -> None:
        self.beat.doubt(now)

    def due_in(self, now: float) -> float:
        return self.beat.due_in(now)

    def tick(self, now: float) -> Beat:
        found = self.beat.tick(now)
        if found == "dead":
            self.learnt = self.beat.learnt()
        return found


class Fixed:
    """A ping every so often by the clock, and a time within which something must be heard."""

    late_ms: float | None = None

    def __init__(self, interval: float) -> None:
        self.interval = interval

    def opened(self, now: float) -> None:
        self.next_at = now + self.interval
        self.waiting_since: float | None = None

    def heard(self, now: float) -> None:
        self.waiting_since = None

    def sent(self, now: float) -> None: ...

    def doubt(self, now: float) -> None: ...

    def due_in(self, now: float) -> float:
        limit = self.next_at if self.waiting_since is None else min(self.next_at, self.waiting_since + PONG_WITHIN)
        return max(0, limit - now)

    def tick(self, now: float) -> Beat:
        if self.waiting_since is not None and now >= self.waiting_since + PONG_WITHIN:
            return "dead"
        if now < self.next_at:
            return "wait"
        self.next_at += self.interval
        self.waiting_since = now if self.waiting_since is None else self.waiting_since
        return "probe"


POLICIES: dict[str, Callable[[], Policy]] = {
    "fixed 25 s": lambda: Fixed(25_000),
    "fixed 60 s": lambda: Fixed(60_000),
    "learning, web (55 s)": lambda: Learning(WEB_CEILING),
    "learning, app (270 s)": lambda: Learning(APP_CEILING),
}
