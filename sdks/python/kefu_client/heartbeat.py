"""When to probe an idle link, when to give it up, and how long this network lets a link idle.

Pure, in milliseconds: the client asks and sends. Twin of frontend/src/engine/heartbeat.ts; tests/vectors/heartbeat.json
drives both. docs/heartbeat.md says why.
"""

from dataclasses import dataclass
from math import inf
from typing import Literal

Beat = Literal["wait", "probe", "dead"]

PROBES = 3
# Clean beats before a longer interval; at the cap four times as many for each strike.
CLEAN = 3
MAX_STRIKES_WEIGHED = 4

# Agents may not go above the first, others not above the second: the server ends links that say nothing.
WEB_CEILING = 55_000
APP_CEILING = 270_000
# So long past the ceiling the server hears from us, whatever it says itself (docs/heartbeat.md).
MUTE_SLACK = 5_000


@dataclass(frozen=True)
class Learnt:
    """What is worth remembering of a network."""

    interval: int
    cap: int
    strikes: int


@dataclass(frozen=True)
class HeartbeatConfig:
    server_interval: int
    ceiling: int = WEB_CEILING
    floor: int = 5_000
    learnt: Learnt | None = None


class Heartbeat:
    def __init__(self, config: HeartbeatConfig, now: float) -> None:
        learnt = config.learnt or Learnt(0, config.ceiling, 0)
        self._ceiling, self._floor = config.ceiling, config.floor
        self._cap = max(config.floor, min(config.ceiling, learnt.cap))
        self._interval = min(self._cap, max(config.floor, learnt.interval, config.server_interval))
        self._strikes = learnt.strikes
        self._clean = 0
        # Gaps of the present interval that this link came through.
        self._streak = 0
        self._probes = 0
        # The idle gap that the first probe ended; 0 where it proves nothing, because the link was not idle that long.
        self._gap: float = 0
        self._next_at: float = inf
        self._heard_at, self._sent_at = now, 0.0
        # Our last frame or probe.
        self._spoke_at = now
        self._rest(now)

    def heard(self, now: float) -> None:
        """Any frame from the server: a busy link sends no pings, until the server would miss us."""
        self._heard_at = now
        if self._probes and self._gap:
            self._survive()
        self._probes = 0
        self._next_at = inf
        self._rest(now)

    def sent(self, now: float) -> None:
        """A frame of ours keeps the way open, but proves nothing: it postpones the beat once and not for ever."""
        self._sent_at = self._spoke_at = now
        self._rest(now)

    def doubt(self, now: float) -> None:
        """Waking up, online, a late answer: probe now."""
        if not self._probes:
            self._next_at = now

    def set_server_interval(self, ms: int, now: float) -> None:
        """The server may ask for fewer beats under load, never for more than this network bears."""
        self._interval = max(self._interval, min(ms, self._cap))
        self._rest(now)

    def due_in(self, now: float) -> float:
        return max(0, self._next_at - now)

    def tick(self, now: float) -> Beat:
        # Before what we heard last: somebody set the clock back, and what is due by it may be hours away.
        if self._heard_at <= now < self._next_at:
            return "wait"
        if self._probes >= PROBES:
            self.lost(now)
            return "dead"
        if not self._probes:
            idle = now - max(self._heard_at, self._sent_at)
            self._gap = idle if idle >= self._interval else 0
        self._spoke_at = now
        self._next_at = now + 1_000 * 2**self._probes
        self._probes += 1
        return "probe"

    def lost(self, now: float) -> None:
        """The link broke. With a probe unanswered, its idle gap is to blame, unless the link came through such gaps
        before: timers in middleboxes do not change their minds. An interval on trial has no such credit.
        """
        cap = max(self._floor, int(self._gap * 0.8))
        is_suspect = self._streak < CLEAN or self._interval > self._cap
        if self._probes and self._gap and is_suspect and cap < max(self._cap, self._interval):
            self._cap = cap
            self._interval = min(self._interval, cap)
            self._strikes += 1
        self._gap = 0

    def learnt(self) -> Learnt:
        return Learnt(min(self._interval, self._cap), self._cap, self._strikes)

    def _rest(self, now: float) -> None:
        if not self._probes and self._next_at > now:
            idle_since = min(max(self._heard_at, self._sent_at), self._heard_at + self._interval)
            self._next_at = min(idle_since + self._interval, self._spoke_at + self._ceiling + MUTE_SLACK)

    def _survive(self) -> None:
        """An interval above the cap is a trial, and has to last as long as it was put off for."""
        self._streak += 1
        if self._probes > 1:
            return
        is_capped = self._interval >= self._cap
        self._clean += 1
        if self._clean < CLEAN * 4 ** (min(self._strikes, MAX_STRIKES_WEIGHED) if is_capped else 0):
            return
        self._clean = 0
        if self._interval > self._cap:
            self._cap = self._interval
            self._strikes = 0
        longer = min(int(self._interval * 1.25), self._ceiling if is_capped else self._cap)
        if longer > self._interval:
            self._streak = 0
        self._interval = longer
