"""What clients saw and what the API says in the end: the input of the checker. Knows nothing of the server."""

from dataclasses import dataclass, field, replace
from typing import Literal

Outcome = Literal["ok", "refused", "unknown"]
MESSAGE, NOTE, ADVANCED = "message.created", "note.created", "conversation.advanced"
EDITED, RECALLED = "message.edited", "message.recalled"


@dataclass(frozen=True, slots=True)
class Sent:
    """One send as its client knows it. The same key again (a retry, a frame sent twice) is a record of its own.

    Times are one clock's seconds. `asked_at`: just before the first attempt left; `answered_at`: when the answer came.
    `number` orders what one client sent. `is_allowed` False: whatever happens, this may not be accepted.
    """

    client: str
    author: str
    conversation: str
    key: str
    text: str
    number: int
    asked_at: float
    outcome: Outcome
    answered_at: float | None = None
    seq: int | None = None
    is_allowed: bool = True


@dataclass(frozen=True, slots=True)
class Correction:
    """An edit or a recall (`text` is then empty) of a message as its client knows it; one per attempt's outcome."""

    client: str
    conversation: str
    message: str
    key: str
    text: str
    event: str
    outcome: Outcome
    seq: int | None = None
    is_allowed: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a conversation's log. `key`: the client's for messages and notes, else the row's id.

    `about`: the id of the message that a correction changes.
    """

    seq: int
    event: str
    key: str = ""
    text: str = ""
    author: str = ""
    id: str = ""
    about: str = ""

    def without_note(self) -> "Entry":
        """The row as those see it who may not read notes."""
        return Entry(self.seq, ADVANCED) if self.event == NOTE else self


@dataclass(frozen=True, slots=True)
class Delivered:
    """All that one receiver was given of one conversation, in that order, taken when its time was up."""

    receiver: str
    conversation: str
    sees_notes: bool
    entries: list[Entry]


@dataclass(slots=True)
class History:
    sent: list[Sent] = field(default_factory=list)
    delivered: list[Delivered] = field(default_factory=list)
    stored: dict[str, list[Entry]] = field(default_factory=dict)
    corrections: list[Correction] = field(default_factory=list)


def as_corrected(entries: list[Entry]) -> list[Entry]:
    """What a reader sees in the end: a message, and whatever corrected it, in the words of its last correction."""
    last = {entry.about: entry.text for entry in entries if entry.about}
    return [
        replace(entry, text=last[about]) if (about := entry.about or entry.id) in last else entry for entry in entries
    ]
