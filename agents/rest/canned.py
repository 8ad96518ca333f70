"""Canned replies of the agent who asks: the list that `/` looks through, one's own, and putting one in."""

from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from agents.access import get_agent_conversation
from agents.authors import author_of
from agents.canned import (
    MAX_LISTED,
    canned_of,
    change_own_canned,
    create_own_canned,
    delete_own_canned,
    get_canned,
    get_own_canned,
    note_use,
    render_canned,
)
from agents.canned_files import copies_of
from agents.models import CannedReply
from agents.rest.auth import AgentView
from chat.access import get_file
from chat.errors import NotFound
from chat.files import file_view
from chat.protocol import MAX_FILES
from chat.rest.base import read_input
from chat.rest.fields import Text, Uuid


class Texts(serializers.Field[Any, Any, Any, Any]):
    """A text for each language; what they may be is checked by agents/canned.check_texts."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict) or len(data) > 30:
            raise serializers.ValidationError("Give an object of texts by language.")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class CannedChange(serializers.Serializer[object]):
    shortcut = Text(max_length=40)
    title = Text(max_length=80, required=False, allow_blank=True, default="")
    texts = Texts()


class CannedInput(CannedChange):
    file_ids = serializers.ListField(child=Uuid(), max_length=MAX_FILES, required=False, default=list)


class UseInput(serializers.Serializer[object]):
    conversation = Uuid()


class CannedListView(AgentView):
    def get(self, request: Request) -> Response:
        replies = canned_of(self.agent).order_by(F("last_used_at").desc(nulls_last=True), "shortcut")[:MAX_LISTED]
        return Response({"canned": [canned_view(reply) for reply in replies]})

    def post(self, request: Request) -> Response:
        given = read_input(CannedInput, request.data)
        for file_id in given["file_ids"]:
            self._check_reach(file_id)
        return Response(canned_view(create_own_canned(self.agent, now=timezone.now(), **given)), 201)

    def _check_reach(self, file_id: UUID) -> None:
        """One's own upload, or one of a conversation that one may see."""
        file = get_file(file_id)
        if file.conversation_id is not None:
            get_agent_conversation(self.agent, file.conversation_id)
        elif (file.uploader_kind, file.uploader_id) != ("agent", self.agent.pk):
            raise NotFound


class CannedView(AgentView):
    def put(self, request: Request, canned_id: UUID) -> Response:
        given = read_input(CannedChange, request.data)
        return Response(canned_view(change_own_canned(get_own_canned(self.agent, canned_id), **given)))

    def delete(self, request: Request, canned_id: UUID) -> Response:
        delete_own_canned(get_own_canned(self.agent, canned_id))
        return Response(status=204)


class CannedUseView(AgentView):
    """Put it in: the text for this conversation, and copies of its files that are ready to be sent."""

    def post(self, request: Request, canned_id: UUID) -> Response:
        given = read_input(UseInput, request.data)
        reply = get_canned(self.agent, canned_id)
        conversation = get_agent_conversation(self.agent, given["conversation"])
        rendered = render_canned(reply, conversation, agent=self.agent)
        note_use(reply, timezone.now())
        files = [file_view(file) for file in copies_of(reply, author_of(self.agent))]
        return Response(
            {"text": rendered.text, "language": rendered.language, "unknown": list(rendered.unknown), "files": files}
        )


def canned_view(reply: CannedReply) -> dict[str, Any]:
    return {
        "id": str(reply.pk),
        "shortcut": reply.shortcut,
        "title": reply.title,
        "texts": reply.texts,
        "queue": str(reply.queue_id) if reply.queue_id else None,
        "own": reply.owner_id is not None,
        "files": len(reply.file_ids),
        "uses": reply.use_count,
    }
