"""One conversation's unsent messages, in order.

The next one goes only after the one before it was settled: with several on the way, a refused first and an accepted
second would swap their places. Pure. Twin of frontend/src/engine/lane.ts; tests/vectors/lane.json drives both.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from .outbox import Entry

# Refusals that pass by themselves. Everything else is final.
PASSING = frozenset({"rate_limited", "overloaded", "internal", "disconnected", "stopped", "timeout"})
# The link went, or we ended it: whether it was delivered is not known, and the next link takes it up at once.
CUT = frozenset({"disconnected", "stopped"})
MAX_INTERNAL = 5


@dataclass(frozen=True)
class Settled:
    """`again`: the same entry, the same client_id, after the delay; `failed`: it left the lane."""

    kind: Literal["again", "failed"]
    delay_ms: float = 0


class Lane:
    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._is_busy = False
        self._refusals = 0

    def __len__(self) -> int:
        return len(self._entries)

    def has(self, client_id: str) -> bool:
        return any(entry.client_id == client_id for entry in self._entries)

    def add(self, entry: Entry) -> None:
        if not self.has(entry.client_id):
            self._entries.append(entry)

    def add_older(self, entries: Iterable[Entry]) -> None:
        """Entries found in the store at start are older than anything written since."""
        self._entries[:0] = [entry for entry in entries if not self.has(entry.client_id)]

    def drop(self, client_id: str) -> None:
        self._entries = [entry for entry in self._entries if entry.client_id != client_id]

    def take(self) -> Entry | None:
        """Return the entry to send now. The lane is busy until it is settled."""
        if self._is_busy or not self._entries:
            return None
        self._is_busy = True
        return self._entries[0]

    def acked(self, entry: Entry) -> None:
        self._is_busy = False
        self._refusals = 0
        self.drop(entry.client_id)

    def refused(self, entry: Entry, code: str, retry_after_s: float | None) -> Settled:
        self._is_busy = False
        self._refusals += 1
        if code in PASSING and not (code == "internal" and self._refusals >= MAX_INTERNAL):
            wait = min(500 * 2**self._refusals, 15_000) if retry_after_s is None else retry_after_s * 1_000
            return Settled("again", 0 if code in CUT else wait)
        self._refusals = 0
        self.drop(entry.client_id)
        return Settled("failed")
