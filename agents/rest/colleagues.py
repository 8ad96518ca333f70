"""Whom a conversation can be handed to: agents with their load, queues with who waits there."""

from typing import Any

from django.db.models import Count
from rest_framework.request import Request
from rest_framework.response import Response

from agents.loads import loads
from agents.models import Agent, Queue
from agents.rest.auth import AgentView
from chat.access import brand_conversations
from chat.marks import AWAKE
from chat.models import Conversation


class ColleaguesView(AgentView):
    def get(self, request: Request) -> Response:
        load, waiting = loads(), _waiting()
        agents = Agent.objects.filter(is_active=True).prefetch_related("queues")
        return Response(
            {
                "agents": [_agent(agent, load.get(agent.pk, 0)) for agent in agents],
                "queues": [
                    {"id": str(queue.pk), "name": queue.name, "waiting": waiting.get(queue.pk, 0)}
                    for queue in Queue.objects.all()
                ],
            }
        )


def _waiting() -> dict[Any, int]:
    """By queue those who wait, as the board counts them: what sleeps waits for nobody."""
    rows = brand_conversations().filter(AWAKE, status=Conversation.Status.WAITING)
    return dict(rows.order_by().values_list("queue_id").annotate(Count("pk")))


def _agent(agent: Agent, load: int) -> dict[str, Any]:
    return {
        "id": str(agent.pk),
        "name": agent.display_name,
        "availability": agent.effective_availability,
        "load": load,
        "capacity": agent.capacity,
        "languages": agent.languages,
        "queues": [queue.name for queue in agent.queues.all()],
    }
