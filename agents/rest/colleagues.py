"""Whom a conversation can be handed to: agents with their load, queues with who waits there."""

from typing import Any

from django.db.models import Count
from rest_framework.request import Request
from rest_framework.response import Response

from agents.models import Agent, Queue
from agents.rest.auth import AgentView
from chat.access import brand_conversations
from chat.models import Conversation


class ColleaguesView(AgentView):
    def get(self, request: Request) -> Response:
        loads = _counts("assignee_id", Conversation.Status.ASSIGNED)
        waiting = _counts("queue_id", Conversation.Status.WAITING)
        agents = Agent.objects.filter(is_active=True).prefetch_related("queues")
        return Response(
            {
                "agents": [_agent(agent, loads.get(agent.pk, 0)) for agent in agents],
                "queues": [
                    {"id": str(queue.pk), "name": queue.name, "waiting": waiting.get(queue.pk, 0)}
                    for queue in Queue.objects.all()
                ],
            }
        )


def _counts(column: str, status: str) -> dict[Any, int]:
    """One question for all, however many agents there are."""
    rows = brand_conversations().filter(status=status).order_by().values(column).annotate(n=Count("pk"))
    return {row[column]: row["n"] for row in rows}


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
