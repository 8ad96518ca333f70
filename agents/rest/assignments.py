"""Who had a conversation and why: /conversations/{id}/assignments, for programs and for the console."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from agents.access import get_agent_conversation
from agents.models import Assignment
from agents.rest.auth import AgentView
from chat.access import get_conversation
from chat.events import milliseconds
from chat.models import Conversation
from chat.reading import MAX_PAGE, PAGE
from chat.rest.integrator.resources import Reference, page
from chat.rest.keys import KeyView
from chat.rest.paging import cut_page, read_limit, read_order

MAX_SHOWN = 20
_REASONS = {
    "type": "object",
    "properties": {
        "by": {"type": "string", "enum": ["take", "transfer", "routing", "rule"]},
        "strategy": {"type": "string", "enum": ["least_loaded", "round_robin", "longest_idle"]},
        "waited_seconds": {"type": "integer"},
        "relaxed": {"type": "boolean", "description": "Skills or language were dropped after the queue's time."},
        "why": {"type": "array", "items": {"type": "string"}},
        "chosen": {"type": "string", "format": "uuid"},
        "agents": {"type": "array", "items": {"type": "object"}, "description": "Who was looked at, at most 20."},
    },
    "description": "Why this agent. Made by routing: everything that it looked at; otherwise who did it.",
}


class AssignmentResource(serializers.Serializer[Assignment]):
    """An agent has a conversation from one moment to another. `ended_at` null: still."""

    id = serializers.UUIDField()
    agent = serializers.SerializerMethodField()
    queue_id = serializers.UUIDField(allow_null=True, help_text="The queue that it stood in.")
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_reason = serializers.SerializerMethodField()
    reasons = serializers.SerializerMethodField()

    @extend_schema_field(Reference)
    def get_agent(self, assignment: Assignment) -> dict[str, str]:
        return {"id": str(assignment.agent_id), "name": assignment.agent.display_name}

    @extend_schema_field({"type": ["string", "null"], "enum": [*Assignment.EndedReason.values, None]})
    def get_ended_reason(self, assignment: Assignment) -> str | None:
        return assignment.ended_reason or None

    @extend_schema_field(_REASONS)
    def get_reasons(self, assignment: Assignment) -> dict[str, Any]:
        return dict(assignment.reasons)


class AssignmentPage(serializers.Serializer[object]):
    data = AssignmentResource(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True, help_text="Give it as `cursor` for the next page; null at the end.")


list_assignments = extend_schema(
    operation_id="listAssignments",
    summary="List who had a conversation, and why",
    tags=["Conversations"],
    parameters=[
        OpenApiParameter("cursor", OpenApiTypes.STR, description="`next` of the page before."),
        OpenApiParameter(
            "limit", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": PAGE}, description="Rows a page."
        ),
        OpenApiParameter(
            "order", OpenApiTypes.STR, enum=["asc", "desc"], default="asc", description="Oldest or newest first."
        ),
    ],
    responses=AssignmentPage,
)


class AssignmentsView(KeyView):
    scopes = {"GET": "conversations:read"}

    @list_assignments
    def get(self, request: Request, conversation_id: UUID) -> Response:
        query = request.query_params
        found, following = cut_page(
            _assignments_of(get_conversation(conversation_id)),
            by="started_at",
            cursor=query.get("cursor"),
            limit=read_limit(query),
            newest_first=read_order(query),
        )
        return Response(page(AssignmentResource, found, following))


class AgentAssignmentsView(AgentView):
    """The newest of them, as the console shows them beside the conversation."""

    def get(self, request: Request, conversation_id: UUID) -> Response:
        rows = _assignments_of(get_agent_conversation(self.agent, conversation_id))
        return Response({"assignments": _shown(rows.order_by("-started_at", "-pk")[:MAX_SHOWN])})


def _assignments_of(conversation: Conversation) -> QuerySet[Assignment]:
    return Assignment.objects.filter(conversation=conversation).select_related("agent")


def _shown(assignments: Sequence[Assignment] | QuerySet[Assignment]) -> list[dict[str, Any]]:
    return [
        {
            "id": str(one.pk),
            "agent": {"id": str(one.agent_id), "name": one.agent.display_name},
            "started_ts": milliseconds(one.started_at),
            "ended_ts": milliseconds(one.ended_at),
            "ended_reason": one.ended_reason or None,
            "reasons": one.reasons,
        }
        for one in assignments
    ]
