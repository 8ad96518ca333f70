"""An outcome in the numbers that people compare. Pure."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any
from uuid import UUID

from agents.routing.simulate import Outcome


def summary_of(outcome: Outcome, queue_names: Mapping[UUID, str]) -> dict[str, Any]:
    """Waits in seconds: mean, P90 (nearest rank) and longest, over all and by queue; what each agent had."""
    agents = sorted(outcome.agents.items(), key=lambda one: (-one[1].conversations, one[1].name))
    return {
        **waits_of(outcome.waits),
        "unserved": outcome.unserved,
        "overflowed": outcome.overflowed,
        "offered": outcome.offered,
        "queues": [
            {"name": queue_names.get(pk, "–"), **waits_of(waits)} for pk, waits in outcome.waits_by_queue.items()
        ],
        "agents": [
            {
                "id": str(pk),
                "name": one.name,
                "conversations": one.conversations,
                "busy_minutes": round(one.busy_seconds / 60),
                "most_at_once": one.most_at_once,
            }
            for pk, one in agents
        ],
    }


def waits_of(waits: Sequence[float]) -> dict[str, Any]:
    if not waits:
        return {"served": 0, "mean": None, "p90": None, "longest": None}
    ordered = sorted(waits)
    return {
        "served": len(ordered),
        "mean": round(sum(ordered) / len(ordered), 1),
        "p90": round(ordered[ceil(0.9 * len(ordered)) - 1], 1),
        "longest": round(ordered[-1], 1),
    }
