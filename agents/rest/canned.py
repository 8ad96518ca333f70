"""Canned replies of the agent who asks: the list that `/` looks through, one's own, and putting one in."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from agents.access import canned_of, get_agent_conversation
from agents.authors import author_of
from agents.canned import (
    MAX_LISTED,
    change_own_canned,
    create_own_canned,
    delete_own_canned,
    get_canned,
    get_own_canned,
    note_use,
    render_canned,
)
from agents.canned_files import copies_of, files_of
from agents.models import Agent, CannedReply
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


class CannedInput(serializers.Serializer[object]):
    shortcut = Text(max_length=40)
    title = Text(max_length=80, required=False, allow_blank=True, default="")
    texts = Texts()
    # Left out of a change: the files stay.
    file_ids = serializers.ListField(child=Uuid(), max_length=MAX_FILES, required=False)


class UseInput(serializers.Serializer[object]):
    conversation = Uuid()


class CannedListView(AgentView):
    def get(self, request: Request) -> Response:
        replies = canned_of(self.agent).order_by(F("last_used_at").desc(nulls_last=True), "shortcut")[:MAX_LISTED]
        return Response({"canned": [canned_view(reply) for reply in replies]})

    def post(self, request: Request) -> Response:
        given = read_input(CannedInput, request.data)
        check_reach(self.agent, given.get("file_ids", ()))
        return Response(own_view(create_own_canned(self.agent, now=timezone.now(), **given)), 201)


class CannedView(AgentView):
    """One of one's own, with its files: what the form shows and changes."""

    def get(self, request: Request, canned_id: UUID) -> Response:
        return Response(own_view(get_own_canned(self.agent, canned_id)))

    def put(self, request: Request, canned_id: UUID) -> Response:
        given = read_input(CannedInput, request.data)
        reply = get_own_canned(self.agent, canned_id)
        check_reach(self.agent, set(given.get("file_ids", ())) - set(reply.file_ids))
        return Response(own_view(change_own_canned(reply, **given)))

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


def check_reach(agent: Agent, file_ids: Iterable[UUID]) -> None:
    """One's own uploads, or files of conversations that one may see. Raises NotFound."""
    for file_id in file_ids:
        file = get_file(file_id)
        if file.conversation_id is not None:
            get_agent_conversation(agent, file.conversation_id)
        elif (file.uploader_kind, file.uploader_id) != ("agent", agent.pk):
            raise NotFound


def own_view(reply: CannedReply) -> dict[str, Any]:
    return {**canned_view(reply), "attached": [file_view(file) for file in files_of(reply)]}


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
