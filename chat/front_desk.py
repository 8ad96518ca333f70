"""What visitors may know about who answers: who is there, when it is open, where they stand in the queue.

Agents, queues and calendars live in agents/, which says so here when it is loaded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chat.events import milliseconds
from chat.models import Conversation

MAX_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Colleague:
    name: str
    availability: str


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a visitor who came now would be answered now. `opens_at` None: open, or not known when."""

    is_open: bool = True
    opens_at: datetime | None = None
    can_leave_message: bool = False

    def view(self) -> dict[str, Any]:
        opens_ts = milliseconds(self.opens_at)
        return {"is_open": self.is_open, "opens_ts": opens_ts, "can_leave_message": self.can_leave_message}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a waiting conversation stands in its queue, from 1 on. `wait_seconds` None: not known."""

    place: int
    wait_seconds: int | None
    can_leave_message: bool

    def view(self) -> dict[str, Any]:
        return {
            "place": self.place,
            "wait_seconds": self.wait_seconds,
            "can_leave_message": self.can_leave_message,
        }


_describer: Callable[[], list[Colleague]] | None = None
_opener: Callable[[Conversation | None, datetime], Opening] | None = None
_answerer: Callable[[datetime], int | None] | None = None
_stander: Callable[[Conversation, datetime], Standing | None] | None = None


def describe_with(describer: Callable[[], list[Colleague]]) -> None:
    global _describer
    _describer = describer


def open_with(opener: Callable[[Conversation | None, datetime], Opening]) -> None:
    global _opener
    _opener = opener


def answer_with(answerer: Callable[[datetime], int | None]) -> None:
    global _answerer
    _answerer = answerer


def stand_with(stander: Callable[[Conversation, datetime], Standing | None]) -> None:
    global _stander
    _stander = stander


def online_colleagues() -> list[Colleague]:
    """Agents that are online, at most MAX_SHOWN."""
    return _describer()[:MAX_SHOWN] if _describer else []


def opening_for(conversation: Conversation | None, now: datetime) -> Opening:
    """Whether the queue of the visitor's open conversation is open; without one, the queue where it would wait."""
    return _opener(conversation, now) if _opener else Opening()


def usual_answer_seconds(opening: Opening, now: datetime) -> int | None:
    """How soon somebody usually answers; None: not known, or nobody would answer now."""
    is_usual = opening.is_open and not opening.can_leave_message
    return _answerer(now) if _answerer and is_usual else None


def standing_of(conversation: Conversation | None, now: datetime) -> Standing | None:
    """Where the conversation stands; None: it does not wait, or waits for nobody in particular (a left message)."""
    return _stander(conversation, now) if _stander and conversation is not None else None


def waiting_view(conversation: Conversation | None, now: datetime) -> dict[str, Any] | None:
    """`waiting` of snapshots and of the session's answer."""
    standing = standing_of(conversation, now)
    return standing.view() if standing else None
