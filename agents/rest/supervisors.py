"""Endpoints for supervisors and admins: for everybody else they do not exist."""

from typing import Any

from django.utils import timezone
from rest_framework.request import Request

from agents.audit import Actor, note_refused
from agents.models import Agent
from agents.rest.auth import AgentView
from chat.errors import NotFound
from tenants.requests import client_address


class SupervisorView(AgentView):
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.agent.role == Agent.Role.AGENT:
            by = Actor.of(self.agent, client_address(request))
            asked = {"path": [None, request.path], "method": [None, request.method]}
            note_refused("api.refused", by=by, changes=asked, now=timezone.now())
            raise NotFound
