"""Writing what was chosen: a handful of statements for a whole batch. The caller holds the locks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from msgspec import Raw, json

from agents.models import Agent, Assignment
from agents.routing.choose import Choice
from agents.routing.facts import AgentFacts
from agents.routing.reasons import reasons_of
from chat.authors import SYSTEM
from chat.conversations import author_body, record_many
from chat.models import Conversation, Message, Visitor
from tenants.ids import new_id

_encode = json.Encoder().encode

# As the conversation's row has it, which was written before; the reasons from the log, where they are parsed already.
INSERT = f"""
INSERT INTO {Assignment._meta.db_table} (id, conversation_id, agent_id, started_at, ended_reason, queue_id, reasons)
SELECT new.id, c.id, c.assignee_id, c.assigned_at, '', c.queue_id, m.body -> 'reasons'
FROM unnest(%s::uuid[], %s::uuid[]) AS new(id, entry_id)
JOIN {Message._meta.db_table} m ON m.id = new.entry_id
JOIN {Conversation._meta.db_table} c ON c.id = m.conversation_id
"""
# Whoever holds a visitor's row may wait for its conversation, which we hold: a busy visitor is passed by.
REMEMBER = f"""
UPDATE {Visitor._meta.db_table} v SET last_agent_id = given.agent_id
FROM (
    SELECT given.* FROM unnest(%s::uuid[], %s::uuid[]) AS given(id, agent_id)
    JOIN {Visitor._meta.db_table} w ON w.id = given.id FOR NO KEY UPDATE OF w SKIP LOCKED
) AS given
WHERE v.id = given.id
"""


def write_choices(choices: Sequence[Choice], now: datetime) -> None:
    """Assign each chosen conversation, with its reasons, in the log too. Announces after commit."""
    if not choices:
        return
    agents = {choice.waiting.id: _agent_of(choice) for choice in choices}
    bodies = {choice.waiting.id: _body(choice) for choice in choices}
    columns = {pk: _columns(agent, now) for pk, agent in agents.items()}
    added = record_many("conversation.assigned", SYSTEM, bodies, columns, now)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [[new_id() for _ in added], [entry.pk for _conversation, entry in added]])
    remember_last_agents({conversation.visitor_id: agents[conversation.pk].id for conversation, _entry in added})
    Agent.objects.filter(pk__in={agent.id for agent in agents.values()}).update(last_assigned_at=now, idle_since=None)


def remember_last_agents(agents: Mapping[UUID, UUID]) -> None:
    """Note for visitors which agent they had last. A hint for sticky queues: whose row is busy keeps what it has."""
    with connection.cursor() as cursor:
        cursor.execute(REMEMBER, [list(agents), list(agents.values())])


def _agent_of(choice: Choice) -> AgentFacts:
    assert choice.agent is not None
    return choice.agent


def _columns(agent: AgentFacts, now: datetime) -> dict[str, Any]:
    return {
        "status": "assigned",
        "assignee_id": agent.id,
        "assignee_name": agent.name,
        "assigned_at": now,
        "waiting_since": None,
        "queued_at": None,
    }


def _body(choice: Choice) -> dict[str, Any]:
    agent = _agent_of(choice)
    # Encoded once: the log's row and the frames of agents hold the same bytes.
    reasons = Raw(_encode(reasons_of(choice)))
    return {"agent": {"id": str(agent.id), "name": agent.name}, "by": author_body(SYSTEM), "reasons": reasons}
