"""Saved views of the agent who asks, with their counts."""

from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from agents.inbox.saved import change_view, delete_view, order_views, save_view, saved_of, view_of
from agents.inbox.views import count_saved, count_views
from agents.rest.auth import AgentView
from chat.rest.base import read_input
from chat.rest.fields import Text, Uuid


class ViewInput(serializers.Serializer[object]):
    name = Text(max_length=60)
    # What they may be is checked by agents/inbox/filters.py.
    filters = serializers.JSONField()
    shared = serializers.BooleanField(default=False)


class ViewChange(serializers.Serializer[object]):
    name = Text(max_length=60, required=False)
    filters = serializers.JSONField(required=False)


class OrderInput(serializers.Serializer[object]):
    views = serializers.ListField(child=Uuid(), max_length=100)


class SavedViewsView(AgentView):
    def get(self, request: Request) -> Response:
        views = [view_of(view) for view in saved_of(self.agent)]
        return Response({"views": views, "saved": count_saved(self.agent), "counts": count_views(self.agent)})

    def post(self, request: Request) -> Response:
        given = read_input(ViewInput, request.data)
        view = save_view(self.agent, name=given["name"], filters=given["filters"], is_shared=given["shared"])
        return Response(view_of(view), 201)


class SavedViewView(AgentView):
    def patch(self, request: Request, view_id: UUID) -> Response:
        return Response(view_of(change_view(self.agent, view_id, **read_input(ViewChange, request.data))))

    def delete(self, request: Request, view_id: UUID) -> Response:
        delete_view(self.agent, view_id)
        return Response(status=204)


class OrderView(AgentView):
    def post(self, request: Request) -> Response:
        order_views(self.agent, read_input(OrderInput, request.data)["views"])
        return Response(status=204)
