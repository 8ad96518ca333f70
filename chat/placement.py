"""Where a new conversation stands. Queues live in agents/, which says so here when it is loaded."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Place:
    queue_id: UUID | None = None
    queue_name: str = ""


_chooser: Callable[[], Place] | None = None


def choose_places_with(chooser: Callable[[], Place]) -> None:
    global _chooser
    _chooser = chooser


def place_of_new() -> Place:
    """The place of a conversation for which nobody named a queue."""
    return _chooser() if _chooser else Place()
