"""Doing actions one after the other. One that cannot be done is reported and stops no other."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from agents.actions.check import kind_of, read_value
from agents.actions.kinds import Action, Doing
from agents.models import Agent
from chat.authors import Author
from chat.errors import Refusal

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an action; `why` says in a sentence why it was not done."""

    do: str
    is_done: bool
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"do": self.do, "done": self.is_done, **({"why": self.why} if self.why else {})}


def run_actions(
    conversation_id: UUID, actions: Sequence[Action], *, by: Agent | Author, now: datetime
) -> list[Outcome]:
    """Do the actions in order, each in a transaction of its own (a savepoint where the caller has one).

    `by` is the agent who runs a macro, or the author that a rule is. The caller has checked that they may reach the
    conversation. Raises only when the database is gone.
    """
    doing = Doing(conversation_id, by, now)
    return [_run(doing, action) for action in actions]


def _run(doing: Doing, action: Action) -> Outcome:
    name = str(action.get("do", ""))
    try:
        with transaction.atomic():
            kind_of(action).run(doing, read_value(action))
    except Refusal as refusal:
        return Outcome(name, False, refusal.detail)
    except Exception:
        if not connection.is_usable():
            raise
        logger.exception("an action failed", extra={"conversation": str(doing.conversation_id), "action": name})
        return Outcome(name, False, _("It could not be done."))
    return Outcome(name, True)
