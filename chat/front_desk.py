"""Who answers right now, as visitors may know it. Agents live in agents/, which says so here when it is loaded."""

from collections.abc import Callable
from dataclasses import dataclass

MAX_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Colleague:
    name: str
    availability: str


_describer: Callable[[], list[Colleague]] | None = None


def describe_with(describer: Callable[[], list[Colleague]]) -> None:
    global _describer
    _describer = describer


def online_colleagues() -> list[Colleague]:
    """Agents that are online, at most MAX_SHOWN."""
    return _describer()[:MAX_SHOWN] if _describer else []
