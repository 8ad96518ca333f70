"""The console's endpoints: who am I, lists, one conversation, uploads. Thin shells (docs/api.md)."""

import time
from typing import Any
from uuid import UUID

from django.middleware.csrf import get_token
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from agents.access import get_agent_conversation
from agents.authors import author_of
from agents.brands import brands_of
from agents.drafts import drafts_in
from agents.mentions import count_unseen
from agents.models import Agent, Queue
from agents.rest.auth import AgentView
from agents.rest.lists import count_views, list_page, rows_with_presence
from agents.rest.profiles import visitor_profile
from agents.viewers import viewers_of
from chat.events import AGENT
from chat.files import file_view, store_file
from chat.protocol import LIMITS
from chat.reading import PAGE
from chat.rest.base import MAX_UPLOAD_BODY, read_input
from chat.rest.paging import Bounds, events_page, page_bounds
from chat.rest.visitor_inputs import FileInput
from tenants.context import current_tenant
from tenants.models import User

SOCKET = "/ws/v1/agent"


class MeView(AgentView):
    def get(self, request: Request) -> Response:
        agent, tenant, user = self.agent, current_tenant(), request.user
        assert isinstance(user, User)
        return Response(
            {
                "user": {"id": str(user.pk), "email": user.email, "name": user.name},
                "agent": _agent(agent),
                "brand": {
                    "id": str(tenant.pk),
                    "slug": tenant.slug,
                    "name": tenant.name,
                    "accent": tenant.accent,
                    "locale": tenant.locale,
                    "edit_minutes": tenant.edit_minutes,
                },
                "brands": brands_of(user, scheme=request.scheme or "http", host=request.get_host()),
                "agents": [_colleague(one) for one in Agent.objects.filter(is_active=True)],
                "queues": [{"id": str(queue.pk), "name": queue.name} for queue in Queue.objects.all()],
                "counts": count_views(agent),
                "unseen_mentions": count_unseen(agent),
                "limits": LIMITS,
                "epoch": str(tenant.epoch),
                "ws": SOCKET,
                "csrf": get_token(request._request),
            }
        )


class ConversationsView(AgentView):
    def get(self, request: Request) -> Response:
        return Response(list_page(self.agent, request.query_params))


class ConversationView(AgentView):
    def get(self, request: Request, conversation_id: UUID) -> Response:
        conversation = get_agent_conversation(self.agent, conversation_id)
        return Response(
            {
                "row": rows_with_presence([conversation])[0],
                "visitor": visitor_profile(self.agent, conversation.visitor, beside=conversation.pk),
                **events_page(conversation, AGENT, Bounds(before=None, limit=PAGE)),
                "viewers": viewers_of(conversation.pk, time.time()),
                "drafts": drafts_in(self.agent, conversation),
            }
        )


class EventsView(AgentView):
    def get(self, request: Request, conversation_id: UUID) -> Response:
        bounds = page_bounds(request.query_params)
        return Response(events_page(get_agent_conversation(self.agent, conversation_id), AGENT, bounds))


class FilesView(AgentView):
    parser_classes = [MultiPartParser]
    max_body = MAX_UPLOAD_BODY

    def post(self, request: Request) -> Response:
        upload = read_input(FileInput, request.data)["file"]
        return Response(file_view(store_file(upload, author=author_of(self.agent))), 201)


def _agent(agent: Agent) -> dict[str, Any]:
    return {
        "id": str(agent.pk),
        "name": agent.display_name,
        "role": agent.role,
        "availability": agent.availability,
        "capacity": agent.capacity,
        "scope": agent.scope,
    }


def _colleague(agent: Agent) -> dict[str, Any]:
    return {
        "id": str(agent.pk),
        "name": agent.display_name,
        "availability": agent.effective_availability,
        "role": agent.role,
    }
