"""Agents' presence: what is declared and what is observed, told to the desk when it changes."""

from datetime import UTC, datetime

from django.db.models import Q
from django.db.models.functions import Now

from agents.models import Agent
from chat.events import hint_frame
from chat.fanout import announce_stir, announce_to_desk
from chat.front_desk import MAX_SHOWN, Colleague
from chat.presence import drop_expired, lease_holders
from chat.visitor_presence import announce_presence
from tenants.context import current_tenant


def mark_present(agent: Agent) -> None:
    """The agent has a connection: what it declared counts again."""
    if _set_present(agent, True, None):
        announce_availability(agent)
        announce_presence([{"agent": str(agent.pk), "online": True}])


def sweep_presence(now: float, limit: int = 1000) -> int:
    """Drop expired leases of the current brand and make `is_present` agree with the leases; returns how many changed.

    `now` in Unix seconds. It works in both directions: after Redis lost its leases and they were renewed, agents come
    back without connecting again. Raises when Redis is away, since then nothing is known.
    """
    tenant = current_tenant()
    # Rows first, leases afterwards: who connects in between holds a lease by then and is not taken for absent.
    agents = list(Agent.objects.all())
    drop_expired(tenant, now)
    holders = lease_holders(tenant, "agent", now)
    wrong = [agent for agent in agents if _is_wrong(agent, agent.pk in holders)][:limit]
    since = datetime.fromtimestamp(now, UTC)
    changed = [agent for agent in wrong if _set_present(agent, agent.pk in holders, since)]
    for agent in changed:
        announce_availability(agent)
    announce_presence([{"agent": str(agent.pk), "online": agent.is_present} for agent in changed])
    return len(wrong)


def _is_wrong(agent: Agent, has_lease: bool) -> bool:
    """The row says otherwise than the leases, or does not say since when."""
    return agent.is_present != has_lease or (agent.absent_since is None) != has_lease


def _set_present(agent: Agent, is_present: bool, now: datetime | None) -> bool:
    """Write it if that is news; tells whether it was. Conditional: two sweeps at once announce once."""
    absent_since = None if is_present else now
    as_it_is = Q(is_present=is_present, absent_since__isnull=is_present)
    changed = Agent.objects.filter(~as_it_is, pk=agent.pk).update(
        is_present=is_present, absent_since=absent_since, availability_since=now or Now()
    )
    # Also when another connection was faster: a connection keeps this object and speaks of it later.
    agent.is_present, agent.absent_since = is_present, absent_since
    return bool(changed)


def set_availability(agent: Agent, availability: str) -> Agent:
    """Declare the agent online, away or offline."""
    agent.availability = availability
    is_news = ~Q(availability=availability)
    Agent.objects.filter(is_news, pk=agent.pk).update(availability=availability, availability_since=Now())
    announce_availability(agent)
    return agent


def announce_availability(agent: Agent) -> None:
    reference = {"id": str(agent.pk), "name": agent.display_name}
    announce_to_desk(
        hint_frame(
            "agent.availability_changed", None, {"agent": reference, "availability": agent.effective_availability}
        )
    )
    announce_stir()  # whoever came may get what waits


def colleagues_online() -> list[Colleague]:
    """Agents that visitors see as online; registered with chat/front_desk when the app is loaded."""
    online = Agent.objects.filter(is_present=True, is_active=True, availability=Agent.Availability.ONLINE)
    return [Colleague(agent.display_name, agent.availability) for agent in online[:MAX_SHOWN]]
