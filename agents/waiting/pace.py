"""How a queue went lately, read from its assignments."""

from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from agents.models import Agent, Assignment, Queue
from agents.waiting.estimates import Pace

LATELY = timedelta(hours=12)
MAX_KNOWN = 60


def read_pace(queue: Queue, now: datetime) -> Pace:
    """The last assignments of the queue's agents there, and how many conversations those who are online can have.

    By agent, since assignments are found by agent: few serve a queue, and its assignments may be millions.
    """
    agents = list(_online(queue).annotate(has_now=Count("assignments", filter=Q(assignments__ended_at__isnull=True))))
    everybody = Agent.objects.filter(queues=queue, is_active=True).values("pk")
    ended = Assignment.objects.filter(agent__in=everybody, started_at__gte=now - LATELY, queue_id=queue.pk)
    ended = ended.filter(ended_at__isnull=False, ended_reason=Assignment.EndedReason.CLOSED)
    rows = ended.order_by("-started_at").values_list("started_at", "ended_at")[:MAX_KNOWN]
    services = [(end - start).total_seconds() for start, end in rows if end is not None]
    # Where agents take themselves, nothing keeps them from having more than their capacity.
    slots = sum(max(agent.capacity, agent.has_now) for agent in agents)
    return Pace(services, slots, sum(agent.has_now for agent in agents))


def _online(queue: Queue) -> QuerySet[Agent]:
    there = Agent.objects.filter(queues=queue, is_active=True, is_present=True)
    return there.filter(availability=Agent.Availability.ONLINE)
