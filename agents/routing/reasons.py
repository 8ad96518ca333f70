"""The reasons of an assignment as they are stored, shown and given to programs. Pure."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

from agents.routing.choose import Choice, Verdict


class Reasons(Struct, frozen=True):
    """As JSON it is what docs/routing.md shows."""

    by: Literal["routing"]
    strategy: str
    waited_seconds: int
    relaxed: bool
    why: tuple[str, ...]
    chosen: UUID
    agents: list[Verdict]


def reasons_of(choice: Choice) -> Reasons:
    """Of a choice that found an agent."""
    assert choice.agent is not None
    return Reasons(
        "routing",
        choice.strategy,
        choice.waited_seconds,
        choice.relaxed,
        choice.why,
        choice.agent.id,
        choice.verdicts,
    )
