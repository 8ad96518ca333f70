"""What an agent may see: the whole brand, or what stands in its own queues and what it has itself. Pure.

The same rule as a query is `agent_conversations` in agents/access.py: change both.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from chat.events import Frame

UPDATED = "conversation.updated"


@dataclass(frozen=True, slots=True)
class Sight:
    """Ids as they stand in frames. `queues` None: the whole brand."""

    agent: str
    queues: frozenset[str] | None = None

    @property
    def is_whole(self) -> bool:
        return self.queues is None

    def sees(self, row: dict[str, Any]) -> bool:
        """Tell whether a row of a list is for this agent."""
        return self.queues is None or _id_of(row["agent"]) == self.agent or _id_of(row["queue"]) in self.queues


def sift_rows(sight: Sight, frame: Frame) -> tuple[Frame, set[str]]:
    """Return a `conversation.updated` as the agent may see it, and the ids of what it may not see (any more).

    Of those the frame names the ones in its `gone`: a list may still show them. An id alone opens nothing.
    """
    rows = frame["data"]["rows"]
    seen = [row for row in rows if sight.sees(row)]
    gone = {row["id"] for row in rows} - {row["id"] for row in seen}
    if not gone:
        return frame, gone
    return {**frame, "data": {"rows": seen, "gone": sorted(gone)}}, gone


def gone_frame(conversations: Collection[str]) -> Frame:
    """Tells an agent that these conversations are not for it any more."""
    return {"type": UPDATED, "data": {"rows": [], "gone": sorted(conversations)}}


def _id_of(reference: dict[str, str] | None) -> str | None:
    return reference["id"] if reference else None
