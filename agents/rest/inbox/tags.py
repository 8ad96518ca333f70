"""The brand's tags: everybody sees them, supervisors keep them."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from agents.models import Agent
from agents.rest.auth import AgentView
from agents.rest.supervisors import SupervisorView
from chat.errors import Forbidden
from chat.models import Tag
from chat.rest.base import read_input
from chat.rest.fields import Text
from chat.tags import change_tag, create_tag, delete_tag


class TagInput(serializers.Serializer[object]):
    name = Text(max_length=40)
    colour = Text(max_length=7, required=False)


class TagChange(serializers.Serializer[object]):
    name = Text(max_length=40, required=False)
    colour = Text(max_length=7, required=False)


class TagsView(AgentView):
    def get(self, request: Request) -> Response:
        return Response({"tags": [tag_view(tag) for tag in Tag.objects.all()]})

    def post(self, request: Request) -> Response:
        if self.agent.role == Agent.Role.AGENT:
            raise Forbidden("Tags are kept by supervisors.")
        return Response(tag_view(create_tag(**read_input(TagInput, request.data), now=timezone.now())), 201)


class TagView(SupervisorView):
    def patch(self, request: Request, tag_id: UUID) -> Response:
        return Response(tag_view(change_tag(tag_id, **read_input(TagChange, request.data))))

    def delete(self, request: Request, tag_id: UUID) -> Response:
        delete_tag(tag_id)
        return Response(status=204)


def tag_view(tag: Tag) -> dict[str, Any]:
    return {"id": str(tag.pk), "name": tag.name, "colour": tag.colour}
