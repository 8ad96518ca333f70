"""A receiver's list of one conversation: each event once and in order of seq, as the widget's engine keeps it. Pure."""

from tests.torture.history import EDITED, MESSAGE, NOTE, RECALLED, Entry

Frame = dict[str, object]


class Tracker:
    __slots__ = ("ahead", "entries", "top")

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.ahead: dict[int, Entry] = {}
        self.top = 0

    @property
    def last(self) -> int:
        return self.entries[-1].seq if self.entries else 0

    @property
    def is_behind(self) -> bool:
        return self.top > self.last

    def note_top(self, top: int) -> None:
        self.top = max(self.top, top)

    def accept(self, entry: Entry) -> bool:
        """Take an event; False when it was here before. What comes too early waits."""
        self.note_top(entry.seq)
        if entry.seq <= self.last or entry.seq in self.ahead:
            return False
        self.ahead[entry.seq] = entry
        while (following := self.ahead.pop(self.last + 1, None)) is not None:
            self.entries.append(following)
        return True


def entry_of(frame: Frame) -> Entry:
    """A log event's frame, from a socket or a page."""
    data = frame["data"]
    assert isinstance(data, dict)
    seq, kind, row = int(str(frame["seq"])), str(frame["type"]), str(frame.get("id") or "")
    if kind in (MESSAGE, NOTE):
        author = data["author"]["id"]
        return Entry(seq, kind, data["client_id"], data["text"], author, row)
    if kind in (EDITED, RECALLED):
        return Entry(seq, kind, row, data.get("text", ""), data["author"]["id"], row, data["message"])
    return Entry(seq, kind, row)
