"""The reasons of an assignment as they are stored, shown and given to programs. Pure."""

from typing import Any

from agents.routing.choose import Choice, Verdict


def reasons_of(choice: Choice) -> dict[str, Any]:
    assert choice.agent is not None
    return {
        "by": "routing",
        "strategy": choice.strategy,
        "waited_seconds": choice.waited_seconds,
        "relaxed": choice.relaxed,
        "why": list(choice.why),
        "chosen": str(choice.agent.id),
        "agents": [_agent(one) for one in choice.verdicts],
    }


def _agent(one: Verdict) -> dict[str, Any]:
    """`load` is what the agent had before."""
    agent = one.agent
    return {
        "id": str(agent.id),
        "name": agent.name,
        "availability": agent.availability,
        "load": one.load,
        "capacity": agent.capacity,
        "languages": list(agent.languages),
        "verdict": one.verdict,
        "score": one.score,
    }
