"""Drafts of the agent who asks, on all of its devices."""

from datetime import UTC, datetime
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from agents.access import agent_conversations, get_agent_conversation
from agents.drafts import drafts_of, drop_draft, save_draft
from agents.models import DraftReply
from agents.rest.auth import AgentView
from chat.protocol import MAX_TEXT_CHARS
from chat.rest.base import read_input
from chat.rest.fields import Choice, Text

MAX_MILLISECONDS = 10**13


class Written(serializers.Serializer[object]):
    kind = Choice(choices=DraftReply.Kind.values)
    # When it was written, in milliseconds since 1970: the later one wins, whichever arrives first.
    ts = serializers.IntegerField(min_value=0, max_value=MAX_MILLISECONDS)


class DraftInput(Written):
    text = Text(max_length=MAX_TEXT_CHARS, allow_blank=True)


class DraftsView(AgentView):
    def get(self, request: Request) -> Response:
        return Response({"drafts": drafts_of(self.agent, agent_conversations(self.agent))})


class DraftView(AgentView):
    def put(self, request: Request, conversation_id: UUID) -> Response:
        given = read_input(DraftInput, request.data)
        conversation = get_agent_conversation(self.agent, conversation_id)
        save_draft(
            self.agent,
            conversation,
            kind=given["kind"],
            text=given["text"],
            written_at=_moment(given["ts"]),
            now=timezone.now(),
        )
        return Response(status=204)

    def delete(self, request: Request, conversation_id: UUID) -> Response:
        given = read_input(Written, request.query_params.dict())
        conversation = get_agent_conversation(self.agent, conversation_id)
        written_at = _moment(given["ts"])
        drop_draft(self.agent, conversation, kind=given["kind"], written_at=written_at, now=timezone.now())
        return Response(status=204)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
