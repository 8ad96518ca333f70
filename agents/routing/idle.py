"""Since when an agent has had nothing to do: read from what is, so that ending an assignment locks no agent."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from agents.loads import taken
from agents.models import Agent

THERE = Q(is_present=True, is_active=True, availability=Agent.Availability.ONLINE)


def note_idle(now: datetime) -> int:
    """Note since when agents are there and have nothing, forget it of all others; returns how many changed.

    Exact to the sweep that calls it. Whose row is locked is looked at the next time: routing locks agents by id, an
    update in another order could wait for it while it waits for the update.
    """
    has_some = taken().filter(assignee_id=OuterRef("pk"))
    idle = Agent.objects.filter(THERE, ~Exists(has_some), idle_since__isnull=True)
    busy = Agent.objects.filter(~THERE | Exists(has_some), idle_since__isnull=False)
    changed = 0
    for agents, since in ((idle, now), (busy, None)):
        with transaction.atomic():
            free = agents.select_for_update(no_key=True, skip_locked=True).order_by()
            changed += Agent.objects.filter(pk__in=[agent.pk for agent in free]).update(idle_since=since)
    return changed
