"""Which staff account is which agent here. No active Agent row: the brand does not exist for that account."""

from uuid import UUID

from agents.models import Agent, Queue
from chat.errors import NotFound
from tenants.models import User


def get_agent(user: User) -> Agent:
    """Return the active agent that this account is in the current brand."""
    agent = Agent.objects.filter(user_id=user.pk, is_active=True).first() if user.is_authenticated else None
    if agent is None:
        raise NotFound
    return agent


def get_active_agent(agent_id: UUID) -> Agent:
    agent = Agent.objects.filter(pk=agent_id, is_active=True).first()
    if agent is None:
        raise NotFound("There is no such agent.")
    return agent


def get_queue(queue_id: UUID) -> Queue:
    queue = Queue.objects.filter(pk=queue_id).first()
    if queue is None:
        raise NotFound("There is no such queue.")
    return queue
