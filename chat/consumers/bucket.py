"""A token bucket. Pure: time comes in."""

# How many frames a client may send, over a connection or in questions.
FRAMES_PER_SECOND = 10.0
FRAMES_AT_ONCE = 40.0


class TokenBucket:
    """Lets through `burst` at once and `rate` per second on the long run."""

    __slots__ = ("burst", "last", "rate", "tokens")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self.rate, self.burst, self.tokens, self.last = rate, burst, burst, now

    def take(self, now: float) -> float:
        """Take one token and return 0, or return the seconds until there is one. `now` is monotonic seconds."""
        self.tokens = min(self.burst, self.tokens + (now - self.last) * self.rate)
        self.last = now
        if self.tokens >= 1:
            self.tokens -= 1
            return 0.0
        return (1 - self.tokens) / self.rate
