"""Macros: several actions by one key, everybody's or one's own (docs/automation.md)."""

from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet

from agents.actions import Outcome, run_actions
from agents.models import Agent, Macro
from chat.errors import NotFound


def macros_of(agent: Agent) -> QuerySet[Macro]:
    """The macros that this agent may run: everybody's and its own."""
    return Macro.objects.filter(Q(owner__isnull=True) | Q(owner=agent))


def get_macro(agent: Agent, macro_id: UUID) -> Macro:
    macro = macros_of(agent).filter(pk=macro_id).first()
    if macro is None:
        raise NotFound("There is no such macro.")
    return macro


def run_macro(conversation_id: UUID, macro: Macro, *, agent: Agent, now: datetime) -> list[Outcome]:
    """Do what the macro says in the agent's name; the caller has checked that the agent may reach the conversation."""
    Macro.objects.filter(pk=macro.pk).update(use_count=F("use_count") + 1)
    return run_actions(conversation_id, macro.actions, by=agent, now=now)
