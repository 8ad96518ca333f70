"""Gap tracking for one conversation: what may be shown now, what is held, whether something is missing.

Pure. Twin of frontend/src/engine/tracker.ts; tests/vectors/tracker.json drives both.
"""

from .frames import LogEvent

# Events held out of order. Over it they are dropped: the resume that a gap causes brings them again.
HELD_LIMIT = 256


class SeqTracker:
    def __init__(self, last: int) -> None:
        self.last = last
        self._top = last
        self._held: dict[int, LogEvent] = {}

    @property
    def is_behind(self) -> bool:
        """True when the server is known to have events that we have not shown."""
        return self._top > self.last

    def accept(self, event: LogEvent) -> list[LogEvent]:
        """Take one event; return those that may be delivered now, in order. A repeated one brings nothing."""
        if event.seq <= self.last:
            return []
        self.note_top(event.seq)
        if event.seq == self.last + 1 or len(self._held) < HELD_LIMIT:
            self._held[event.seq] = event
        return self._release()

    def note_top(self, top: int) -> None:
        """The server said (pong, resumed) how far the log goes."""
        self._top = max(self._top, top)

    def restart(self, last: int) -> list[LogEvent]:
        """A snapshot up to `last` was loaded, whatever came before. Return held events that follow it."""
        self.last = last
        self._held = {seq: event for seq, event in self._held.items() if seq > last}
        self._top = max(last, *self._held) if self._held else last
        return self._release()

    def _release(self) -> list[LogEvent]:
        ready = []
        while event := self._held.pop(self.last + 1, None):
            self.last = event.seq
            ready.append(event)
        return ready
