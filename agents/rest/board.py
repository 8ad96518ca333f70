"""GET agent/board: for supervisors (docs/reports.md)."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from agents.board import read_board
from agents.rest.supervisors import SupervisorView
from agents.zones import read_zone


class BoardView(SupervisorView):
    def get(self, request: Request) -> Response:
        return Response(read_board(self.agent, read_zone(request.query_params), timezone.now()))
