"""A circuit breaker. Pure: time comes in (monotonic seconds)."""

FAILURES = 3
OPEN_SECONDS = 2.0


class Breaker:
    """After three failures in a row it lets nothing through for two seconds, then one try at a time."""

    __slots__ = ("_failures", "_open_until")

    def __init__(self) -> None:
        self._failures = 0
        self._open_until = 0.0

    def lets_through(self, now: float) -> bool:
        if self._failures < FAILURES:
            return True
        if now < self._open_until:
            return False
        # One goes ahead to try; the others wait for what it meets.
        self._open_until = now + OPEN_SECONDS
        return True

    def note_failure(self, now: float) -> None:
        self._failures += 1
        self._open_until = now + OPEN_SECONDS

    def note_success(self) -> None:
        self._failures = 0
