"""Which transport to use: socket, long poll or poll, on evidence only.

Pure, in milliseconds. Twin of frontend/src/engine/ladder.ts; tests/vectors/ladder.json drives both. docs/heartbeat.md
says why.
"""

from enum import IntEnum
from math import inf


class Rung(IntEnum):
    SOCKET = 0
    LONG_POLL = 1
    POLL = 2


BAD_MARKS = 2
RETRIES_MS = (30_000, 60_000, 120_000, 300_000, 600_000)
# A socket that lived this long works here: what kills it later says nothing against sockets.
PROVEN_MS = 60_000


def poll_pause(quiet_ms: float) -> int:
    """Return the pause between plain polls, by how long nothing has happened."""
    return 3_000 if quiet_ms < 60_000 else 10_000


def is_evidence(code: int) -> bool:
    """Tell whether an end before hello speaks against the rung: not the server's own word (try later, signed out)."""
    return code != 1013 and code <= 4400


class Ladder:
    def __init__(self, now: float) -> None:
        self._at = Rung.SOCKET
        self._marks = 0
        # Marks for links that opened and went silent: opening again does not disprove them.
        self._silent = 0
        self._worked = False
        self._opened_at = inf
        self._step = 0
        self._retry_at = now

    def rung(self) -> Rung:
        """Return the rung for the next attempt, or in use."""
        return self._at

    def upper(self) -> Rung:
        """Return the one to try beside the working lower one. Long poll has its turn: sockets may never come."""
        return Rung.LONG_POLL if self._at is Rung.POLL and self._step % 2 else Rung.SOCKET

    def retry_in(self, now: float) -> float | None:
        return max(0, self._retry_at - now) if self._at and self._worked else None

    def opened(self, rung: Rung, now: float) -> None:
        """Hello came, or a parked request was answered."""
        if rung or self._at:
            self._silent = 0
        if rung < self._at or not self._worked:
            self._at, self._worked = rung, True
            self._retry_later(now)
        self._marks = self._silent
        self._opened_at = now

    def failed(self, rung: Rung, now: float) -> None:
        """Refused, timed out, or cut before hello."""
        if rung < self._at:
            self._step += 1
            return self._retry_later(now)
        self._marks += 1
        if self._at is Rung.SOCKET:
            if self._marks >= BAD_MARKS:
                self._go(Rung.LONG_POLL)
        elif not self._worked or self._marks >= BAD_MARKS:
            # Nothing gets through, so the network is away, which is no evidence against sockets.
            self._go(Rung.SOCKET)
            self._marks = 1
        return None

    def probe_dead(self, rung: Rung, now: float) -> None:
        """Was open, then a probe or a parked request had no answer."""
        if rung < self._at:
            return self.failed(rung, now)
        self.closed(rung, now)
        self._silent += 1
        self._marks = self._silent
        if self._marks >= BAD_MARKS:
            self._go(Rung.SOCKET if rung is Rung.POLL else Rung(rung + 1))
        return None

    def closed(self, rung: Rung, now: float) -> None:
        """An ordinary end: no evidence."""
        if rung < self._at:
            self._retry_later(now)
        elif rung is Rung.SOCKET and now - self._opened_at >= PROVEN_MS:
            self._silent = self._marks = self._step = 0
        if rung is Rung.SOCKET:
            self._opened_at = inf

    def wake(self, now: float) -> None:
        """Online, visible: perhaps another network."""
        self._retry_at = now

    def _go(self, rung: Rung) -> None:
        self._at = rung
        self._marks = self._silent = 0
        self._worked = False

    def _retry_later(self, now: float) -> None:
        self._retry_at = now + RETRIES_MS[min(self._step, len(RETRIES_MS) - 1)]
