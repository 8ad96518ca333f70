"""A token bucket. Pure: time comes in."""

# How many frames a client may send, over a connection or in questions; one question carries up to fifty.
FRAMES_PER_SECOND = 10.0
FRAMES_AT_ONCE = 50.0


class TokenBucket:
    """Lets through `burst` at once and `rate` per second on the long run."""

    __slots__ = ("burst", "last", "promised", "rate", "tokens")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self.rate, self.burst, self.tokens, self.last = rate, burst, burst, now
        # Tokens that were named to whoever was refused: the next one is told a later time. Otherwise all would come
        # back at the same moment, and all but one be refused again.
        self.promised = 0.0

    def take(self, now: float) -> float:
        """Take one token and return 0, or return in how many seconds there will be one. `now` is monotonic seconds."""
        fresh = (now - self.last) * self.rate
        self.tokens, self.promised = min(self.burst, self.tokens + fresh), max(0.0, self.promised - fresh)
        self.last = now
        if self.tokens >= 1:
            self.tokens -= 1
            return 0.0
        wait = (1 - self.tokens + self.promised) / self.rate
        self.promised += 1
        return wait
