"""Endpoints for supervisors and admins: for everybody else they do not exist."""

from typing import Any

from rest_framework.request import Request

from agents.models import Agent
from agents.rest.auth import AgentView
from chat.errors import NotFound


class SupervisorView(AgentView):
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.agent.role == Agent.Role.AGENT:
            raise NotFound
