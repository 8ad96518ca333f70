"""GET agent/macros, POST agent/conversations/<id>/macros/<macro>: the macros an agent has, and running one."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from agents.access import agent_conversations, get_agent_conversation
from agents.macros import get_macro, macros_of, run_macro
from agents.models import Macro
from agents.rest.auth import AgentView
from agents.rest.lists import rows_with_presence


class MacrosView(AgentView):
    def get(self, request: Request) -> Response:
        return Response({"macros": [_view(macro) for macro in macros_of(self.agent)]})


class RunMacroView(AgentView):
    def post(self, request: Request, conversation_id: UUID, macro_id: UUID) -> Response:
        """What became of each action, and the conversation's row (none when it went out of the agent's sight)."""
        get_agent_conversation(self.agent, conversation_id)
        macro = get_macro(self.agent, macro_id)
        outcomes = run_macro(conversation_id, macro, agent=self.agent, now=timezone.now())
        rows = agent_conversations(self.agent).select_related("visitor").filter(pk=conversation_id)
        shown = rows_with_presence(list(rows))
        return Response({"outcomes": [one.as_json() for one in outcomes], "row": shown[0] if shown else None})


def _view(macro: Macro) -> dict[str, Any]:
    return {
        "id": str(macro.pk),
        "name": macro.name,
        "own": macro.owner_id is not None,
        "actions": macro.actions,
        "key": macro.key,
        "used": macro.use_count,
    }
