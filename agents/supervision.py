"""Supervisors move conversations, one or many. Each is a transfer of its own, noted in the audit log there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from agents.access import get_active_agent, get_agent_conversation, get_queue
from agents.assignments import transfer_conversation
from agents.models import Agent
from chat.errors import Invalid, Refusal

MAX_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one conversation: moved, or why not. `before` is who had it, so that it can be given back."""

    conversation: UUID
    before: UUID | None = None
    refusal: Refusal | None = None


def reassign(
    conversation_ids: Sequence[UUID], *, by: Agent, agent: UUID | None, queue: UUID | None, now: datetime
) -> list[Outcome]:
    """Hand the conversations to one agent, or let them wait in one queue. One that is refused stops no other.

    Raises Invalid, NotFound for a target that is not there.
    """
    if (agent is None) == (queue is None):
        raise Invalid("Give them to one agent or to one queue.")
    if not 1 <= len(conversation_ids) <= MAX_AT_ONCE:
        raise Invalid(f"From 1 to {MAX_AT_ONCE} conversations at once.")
    target_agent = get_active_agent(agent) if agent else None
    target_queue = get_queue(queue) if queue else None
    outcomes = []
    for pk in dict.fromkeys(conversation_ids):
        try:
            before = get_agent_conversation(by, pk).assignee_id
            transfer_conversation(pk, by=by, agent=target_agent, queue=target_queue, now=now)
        except Refusal as refusal:
            outcomes.append(Outcome(pk, refusal=refusal))
        else:
            outcomes.append(Outcome(pk, before=before))
    return outcomes
