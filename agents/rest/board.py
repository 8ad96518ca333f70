"""GET agent/board, POST agent/board/reassign: for supervisors (docs/reports.md)."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from agents.board import read_board
from agents.rest.supervisors import SupervisorView
from agents.supervision import MAX_AT_ONCE, Outcome, reassign
from agents.zones import read_zone
from chat.rest.base import read_input


class BoardView(SupervisorView):
    def get(self, request: Request) -> Response:
        return Response(read_board(self.agent, read_zone(request.query_params), timezone.now()))


class ReassignInput(serializers.Serializer[object]):
    conversations = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MAX_AT_ONCE)
    agent = serializers.UUIDField(required=False)
    queue = serializers.UUIDField(required=False)


class ReassignView(SupervisorView):
    def post(self, request: Request) -> Response:
        wanted = read_input(ReassignInput, request.data)
        outcomes = reassign(
            wanted["conversations"],
            by=self.agent,
            agent=wanted.get("agent"),
            queue=wanted.get("queue"),
            now=timezone.now(),
        )
        return Response({"results": [_shown(one) for one in outcomes]})


def _shown(outcome: Outcome) -> dict[str, Any]:
    told: dict[str, Any] = {"conversation": str(outcome.conversation)}
    if outcome.refusal is not None:
        return {**told, "code": outcome.refusal.code}
    return {**told, "before": str(outcome.before) if outcome.before else None}
