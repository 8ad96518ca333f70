"""How a queue went lately, read from its assignments."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, QuerySet

from agents.loads import has_now
from agents.models import Agent, Assignment, Membership, Queue
from agents.waiting.estimates import Pace, Serving, share_out
from agents.waiting.opening import live_waiting

LATELY = timedelta(hours=12)
MAX_KNOWN = 60


def read_pace(queue: Queue, now: datetime, waiting: Mapping[UUID, int] | None = None) -> Pace:
    """The last assignments of the queue's agents there, and how many conversations those who are online can have.

    `waiting`: how many wait in each queue, where it is known already. By agent, since assignments are found by agent:
    few serve a queue, and its assignments may be millions.
    """
    everybody = Agent.objects.filter(queues=queue, is_active=True).values("pk")
    ended = Assignment.objects.filter(agent__in=everybody, started_at__gte=now - LATELY, queue_id=queue.pk)
    ended = ended.filter(ended_at__isnull=False, ended_reason=Assignment.EndedReason.CLOSED)
    rows = ended.order_by("-started_at").values_list("started_at", "ended_at")[:MAX_KNOWN]
    services = [(end - start).total_seconds() for start, end in rows if end is not None]
    slots, taken = share_out(_serving(queue), queue.pk, count_waiting() if waiting is None else waiting)
    return Pace(services, slots, taken)


def count_waiting() -> dict[UUID, int]:
    """How many wait for an answer now, by queue."""
    rows = live_waiting().filter(queue_id__isnull=False).order_by().values_list("queue_id")
    return dict(rows.annotate(Count("pk")))


def _serving(queue: Queue) -> list[Serving]:
    agents = list(_online(queue).annotate(has_now=has_now()))
    queues: dict[UUID, list[UUID]] = defaultdict(list)
    members = Membership.objects.filter(agent__in=[agent.pk for agent in agents])
    for agent_id, queue_id in members.values_list("agent_id", "queue_id"):
        queues[agent_id].append(queue_id)
    return [Serving(agent.capacity, agent.has_now, queues[agent.pk]) for agent in agents]


def _online(queue: Queue) -> QuerySet[Agent]:
    there = Agent.objects.filter(queues=queue, is_active=True, is_present=True)
    return there.filter(availability=Agent.Availability.ONLINE)
