"""The group commit's SQL: one statement locks the conversations, writes the rows and reads back what is announced.

It is a function of the connection's own (`pg_temp`), made when a brand first writes over it: one message to the server
and one back, whatever the batch holds, with all of it in JSON, which both sides read and write faster than columns. Old
and new code can write side by side, since neither leaves a function behind. Statements name their schema: these
connections never have a search_path. The lock is a statement of its own inside, because only the next statement's
snapshot sees what others committed while we waited for the lock.

The plan is made once, perhaps when the brand was empty, and must not depend on how large the tables seemed then: each
table is entered by the keys of the batch (`= ANY(targets)`, or LATERAL with OFFSET 0, which nothing is moved out of).
Otherwise PostgreSQL may walk through a table of which it was told that it has one row.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from psycopg import sql

from chat.message_log.append import preview_of
from chat.message_log.connection import Connection
from chat.message_log.entries import Added, Batch, Entry, NeedsVerb, Written, columns_of
from chat.message_log.states import STATE, State, changed_of

LOCK = "PERFORM id FROM {schema}.chat_conversation WHERE id = ANY(targets) ORDER BY id FOR NO KEY UPDATE;"

INPUT = """
SELECT * FROM ROWS FROM (json_to_recordset(batch) AS (
    id uuid, conversation_id uuid, event text, author_kind text, author_id uuid, author_name text, visibility text,
    body jsonb, client_id uuid, preview text, created_at timestamptz
)) WITH ORDINALITY AS i (
    id, conversation_id, event, author_kind, author_id, author_name, visibility, body, client_id, preview, created_at,
    ord
)
"""

# A row per entry: the seq that it got, or the earlier row of the same client_id, or neither: then the verb decides.
WRITE = """
WITH input AS (
{input}
), earlier AS (
    SELECT i.ord, m.id, m.conversation_id, m.seq, m.body, m.created_at
    FROM input i
    CROSS JOIN LATERAL (
        SELECT * FROM {schema}.chat_message m WHERE m.author_id = i.author_id AND m.client_id = i.client_id OFFSET 0
    ) m
), fresh AS (
    SELECT i.*, c.last_seq + row_number() OVER (PARTITION BY i.conversation_id ORDER BY i.ord) AS seq
    FROM input i
    JOIN {schema}.chat_conversation c ON c.id = i.conversation_id AND c.id = ANY(targets)
    WHERE NOT EXISTS (SELECT FROM earlier e WHERE e.ord = i.ord)
      AND c.archived_at IS NULL
      AND (i.author_kind <> 'visitor' OR (
        c.visitor_id = i.author_id AND c.status <> 'closed' AND c.snoozed_until IS NULL  -- the verb wakes it first
      ))
      AND (i.author_kind <> 'agent' OR i.visibility = 'note' OR c.status = 'assigned')
      AND (i.visibility = 'note' OR c.status <> 'closed')
), added AS (
    INSERT INTO {schema}.chat_message (
        id, conversation_id, seq, event, author_kind, author_id, author_name, visibility, body, client_id, created_at
    )
    SELECT
        id, conversation_id, seq, event, author_kind, author_id, author_name, visibility, body, client_id, created_at
    FROM fresh
), changes AS (
    SELECT
        conversation_id,
        max(seq) AS top,
        max(created_at) AS active_at,
        max(seq) FILTER (WHERE visibility = 'public') AS last_message_seq,
        max(seq) FILTER (WHERE author_kind = 'visitor') AS visitor_seq,
        max(seq) FILTER (WHERE author_kind = 'agent' AND visibility = 'public') AS agent_seq,
        min(created_at) FILTER (WHERE author_kind = 'visitor') AS first_asked_at,
        min(created_at) FILTER (WHERE author_kind = 'agent' AND visibility = 'public') AS first_reply_at
    FROM fresh GROUP BY conversation_id
), changed AS (
    UPDATE {schema}.chat_conversation c SET
        last_seq = n.top,
        active_at = n.active_at,
        last_message_preview = coalesce(last.preview, c.last_message_preview),
        last_message_at = coalesce(last.created_at, c.last_message_at),
        last_author_kind = coalesce(last.author_kind, c.last_author_kind),
        last_author_name = coalesce(last.author_name, c.last_author_name),
        visitor_read_seq = coalesce(n.visitor_seq, c.visitor_read_seq),
        agent_read_seq = coalesce(n.agent_seq, c.agent_read_seq),
        first_reply_at = coalesce(c.first_reply_at, n.first_reply_at),
        awaiting_reply_since = CASE
            WHEN n.agent_seq IS NULL THEN coalesce(c.awaiting_reply_since, n.first_asked_at)
            ELSE (
                SELECT min(f.created_at) FROM fresh f
                WHERE f.conversation_id = c.id AND f.author_kind = 'visitor' AND f.seq > n.agent_seq
            )
        END,
        reply_due_at = CASE WHEN n.agent_seq IS NULL THEN c.reply_due_at END,
        -- Who answers has read: what a visitor wrote before the last answer does not count.
        unread_count = (CASE WHEN n.agent_seq IS NULL THEN c.unread_count ELSE 0 END) + (
            SELECT count(*) FROM fresh f
            WHERE f.conversation_id = c.id AND f.author_kind = 'visitor' AND f.seq > coalesce(n.agent_seq, 0)
        )
    FROM changes n
    LEFT JOIN fresh last ON last.conversation_id = n.conversation_id AND last.seq = n.last_message_seq
    WHERE c.id = n.conversation_id AND c.id = ANY(targets)
)
SELECT json_agg(json_build_object(
    'seq', f.seq,
    'earlier', CASE WHEN e.id IS NOT NULL THEN json_build_object(
        'id', e.id, 'conversation_id', e.conversation_id, 'seq', e.seq, 'body', e.body, 'created_at', e.created_at
    ) END
) ORDER BY i.ord) INTO answers
FROM input i LEFT JOIN fresh f ON f.ord = i.ord LEFT JOIN earlier e ON e.ord = i.ord;
"""

READ = """
SELECT coalesce(json_agg({state}), '[]') INTO states
FROM {schema}.chat_conversation c
CROSS JOIN LATERAL (SELECT * FROM {schema}.chat_visitor v WHERE v.id = c.visitor_id OFFSET 0) v
WHERE c.id = ANY(targets);
"""

FUNCTION = """
CREATE OR REPLACE FUNCTION {name}(batch json, targets uuid[]) RETURNS text LANGUAGE plpgsql AS $body$
DECLARE answers json; states json;
BEGIN
{lock}
{write}
{read}
RETURN json_build_object('answers', answers, 'states', states);
END $body$
"""


class Earlier(msgspec.Struct):
    id: UUID
    conversation_id: UUID
    seq: int
    body: dict[str, Any]
    created_at: datetime


class Answer(msgspec.Struct):
    seq: int | None
    earlier: Earlier | None


class Answers(msgspec.Struct):
    answers: list[Answer]
    states: list[State]


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Answers).decode
# PostgreSQL's numbers of the types of both values.
JSON_OID, UUID_ARRAY_OID = 114, 2951


async def write_batch(connection: Connection, schema: str, entries: Sequence[Entry]) -> Batch:
    """Write the entries in one transaction; `entries` hold no (author, client_id) twice. Raises psycopg.Error.

    The connection commits by itself: when this returns, it is done.
    """
    statement = statement_of(schema)
    if schema not in connection.prepared:
        await connection.run(statement.create)
        await connection.prepare(statement.name, statement.call, (JSON_OID, UUID_ARRAY_OID))
        connection.prepared.add(schema)
    targets = ",".join({str(entry.conversation_id) for entry in entries})
    batch = _encode([_input(entry) for entry in entries])
    read = _decode(await connection.call(statement.name, (batch, f"{{{targets}}}".encode())))
    conversations = {changed.pk: changed for changed in map(changed_of, read.states)}
    return Batch([_result(entry, one) for entry, one in zip(entries, read.answers, strict=True)], conversations)


class Statement(msgspec.Struct, frozen=True):
    """The function that writes over a schema, and the prepared call of it."""

    name: bytes
    create: bytes
    call: bytes


@lru_cache(maxsize=4096)
def statement_of(schema: str) -> Statement:
    name = f"append_{schema}"[:63]
    function = sql.Identifier("pg_temp", name)
    part = {"schema": sql.Identifier(schema), "input": sql.SQL(INPUT), "state": sql.SQL(STATE)}
    body = {key: sql.SQL(text).format(**part) for key, text in (("lock", LOCK), ("write", WRITE), ("read", READ))}
    create, call = sql.SQL(FUNCTION).format(name=function, **body), sql.SQL("SELECT {}($1, $2)").format(function)
    return Statement(name.encode(), create.as_bytes(), call.as_bytes())


def _input(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "conversation_id": entry.conversation_id,
        "event": entry.event,
        "author_kind": entry.author.kind,
        "author_id": entry.author.id,
        "author_name": entry.author.name,
        "visibility": entry.visibility,
        "body": entry.body,
        "client_id": entry.client_id,
        "preview": preview_of(entry.body),
        "created_at": entry.created_at,
    }


def _result(entry: Entry, answer: Answer) -> Written | NeedsVerb:
    if answer.seq is not None:
        return Written(_added(entry, entry, answer.seq), duplicate=False)
    if answer.earlier is None:
        return NeedsVerb()
    return Written(_added(entry, answer.earlier, answer.earlier.seq), duplicate=True)


def _added(entry: Entry, row: Entry | Earlier, seq: int) -> Added:
    return Added(
        pk=row.id,
        conversation_id=row.conversation_id,
        seq=seq,
        body=row.body,
        created_at=row.created_at,
        **columns_of(entry),
    )
