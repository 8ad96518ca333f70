"""Doing something to many conversations at once: what is ticked in the list."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from agents.inbox.bulk import do_steps, read_steps
from agents.rest.auth import AgentView


class BulkView(AgentView):
    def post(self, request: Request) -> Response:
        steps = read_steps(request.data)
        return Response({"results": do_steps(steps, agent=self.agent, now=timezone.now())})
