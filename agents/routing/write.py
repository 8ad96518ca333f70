"""Writing what was chosen: a handful of statements for a whole batch. The caller holds the locks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from agents.models import Agent, Assignment
from agents.routing.choose import Choice
from agents.routing.reasons import reasons_of
from chat.authors import SYSTEM
from chat.conversations import author_body, record_many
from chat.models import Conversation, Visitor
from tenants.ids import new_id

_encode = msgspec.json.Encoder().encode

ASSIGN = f"""
UPDATE {Conversation._meta.db_table} c
SET status = 'assigned', assignee_id = given.agent_id, assignee_name = given.agent_name, assigned_at = %s,
    waiting_since = NULL, queued_at = NULL
FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) AS given(id, agent_id, agent_name)
WHERE c.id = given.id
"""
# As one document: Django would hand over arrays, in which every quote of the reasons is escaped one by one.
INSERT = f"""
INSERT INTO {Assignment._meta.db_table} (id, conversation_id, agent_id, started_at, ended_reason, queue_id, reasons)
SELECT id, conversation_id, agent_id, %s, '', queue_id, reasons
FROM jsonb_to_recordset(%s::jsonb)
    AS given(id uuid, conversation_id uuid, agent_id uuid, queue_id uuid, reasons jsonb)
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


def write_choices(choices: Sequence[Choice], conversations: Mapping[UUID, Conversation], now: datetime) -> None:
    """Assign each chosen conversation, with its reasons, in the log too. Announces after commit."""
    given = [(conversations[choice.waiting.id], choice) for choice in choices]
    if not given:
        return
    reasons = [reasons_of(choice) for choice in choices]
    _insert_assignments(given, reasons, now)
    _assign(given, now)
    remember_last_agents({one.visitor_id: _agent_id(choice) for one, choice in given})
    Agent.objects.filter(pk__in={_agent_id(choice) for choice in choices}).update(last_assigned_at=now, idle_since=None)
    bodies = [_body(choice, reason) for choice, reason in zip(choices, reasons, strict=True)]
    record_many([one for one, _choice in given], "conversation.assigned", SYSTEM, bodies, now)


def remember_last_agents(agents: Mapping[UUID, UUID]) -> None:
    """Note for visitors which agent they had last. A hint for sticky queues: whose row is busy keeps what it has."""
    with connection.cursor() as cursor:
        cursor.execute(REMEMBER, [list(agents), list(agents.values())])


def _insert_assignments(
    given: Sequence[tuple[Conversation, Choice]], reasons: Sequence[dict[str, Any]], now: datetime
) -> None:
    rows = [
        {
            "id": new_id(),
            "conversation_id": conversation.pk,
            "agent_id": _agent_id(choice),
            "queue_id": conversation.queue_id,
            "reasons": reason,
        }
        for (conversation, choice), reason in zip(given, reasons, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [now, _encode(rows).decode()])


def _assign(given: Sequence[tuple[Conversation, Choice]], now: datetime) -> None:
    for conversation, choice in given:
        assert choice.agent is not None
        conversation.status = Conversation.Status.ASSIGNED
        conversation.assignee_id, conversation.assignee_name = choice.agent.id, choice.agent.name
        conversation.assigned_at = now
        conversation.waiting_since = conversation.queued_at = None
    rows = [one for one, _choice in given]
    with connection.cursor() as cursor:
        ids = [one.pk for one in rows]
        cursor.execute(ASSIGN, [now, ids, [one.assignee_id for one in rows], [one.assignee_name for one in rows]])


def _agent_id(choice: Choice) -> UUID:
    assert choice.agent is not None
    return choice.agent.id


def _body(choice: Choice, reasons: dict[str, Any]) -> dict[str, Any]:
    assert choice.agent is not None
    agent = {"id": str(choice.agent.id), "name": choice.agent.name}
    return {"agent": agent, "by": author_body(SYSTEM), "reasons": reasons}
