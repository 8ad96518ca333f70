"""Agents' presence: what is declared and what is observed, told to the desk when it changes."""

import time

from agents.models import Agent
from chat.events import hint_frame
from chat.fanout import announce_to_desk
from chat.front_desk import MAX_SHOWN, Colleague
from chat.presence import drop_expired, lease_holders
from tenants.context import current_tenant


def mark_present(agent: Agent) -> None:
    """The agent has a connection: what it declared counts again."""
    if Agent.objects.filter(pk=agent.pk, is_present=False).update(is_present=True):
        agent.is_present = True
        announce_availability(agent)


def sweep_presence(now: float, limit: int = 1000) -> int:
    """Drop expired leases of the current brand and make `is_present` agree with the leases; returns how many changed.

    `now` in Unix seconds. It works in both directions: after Redis lost its leases and they were renewed, agents come
    back without connecting again. Raises when Redis is away, since then nothing is known.
    """
    tenant = current_tenant()
    drop_expired(tenant, now)
    holders = lease_holders(tenant, "agent", now)
    wrong = [agent for agent in Agent.objects.all() if agent.is_present != (agent.pk in holders)][:limit]
    for agent in wrong:
        is_present = agent.pk in holders
        # Conditional: two sweeps at once announce once.
        if Agent.objects.filter(pk=agent.pk, is_present=not is_present).update(is_present=is_present):
            agent.is_present = is_present
            announce_availability(agent)
    return len(wrong)


def set_availability(agent: Agent, availability: str) -> Agent:
    """Declare the agent online, away or offline."""
    agent.availability = availability
    agent.save(update_fields=["availability"])
    announce_availability(agent)
    return agent


def announce_availability(agent: Agent) -> None:
    reference = {"id": str(agent.pk), "name": agent.display_name}
    announce_to_desk(
        hint_frame(
            "agent.availability_changed", None, {"agent": reference, "availability": agent.effective_availability}
        )
    )


def colleagues_online() -> list[Colleague]:
    """Agents that visitors see as online; registered with chat/front_desk when the app is loaded."""
    online = Agent.objects.filter(is_present=True, is_active=True, availability=Agent.Availability.ONLINE)
    return [Colleague(agent.display_name, agent.availability) for agent in online[:MAX_SHOWN]]


def unix_now() -> float:
    return time.time()
