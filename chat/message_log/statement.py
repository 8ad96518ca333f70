"""The group commit's SQL: one round trip locks the conversations, writes the rows and reads back what is announced.

Statements name their schema: these connections never have a search_path. The lock comes first and in a statement of its
own, because only the next statement's snapshot sees what others committed while we waited for the lock.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection, sql
from psycopg.rows import dict_row

from chat.authors import Author
from chat.message_log.append import preview_of
from chat.message_log.entries import Batch, Entry, NeedsVerb, Written
from chat.models import Conversation, Message, Visitor

encode_json = msgspec.json.Encoder().encode

LOCK = "SELECT id FROM {schema}.chat_conversation WHERE id = ANY(%(conversations)s) ORDER BY id FOR NO KEY UPDATE"

# A row per entry: the seq that it got, or the earlier row of the same client_id, or neither: then the verb decides.
WRITE = """
WITH input AS (
    SELECT * FROM unnest(
        %(ids)s::uuid[], %(targets)s::uuid[], %(events)s::text[], %(author_kinds)s::text[], %(author_ids)s::uuid[],
        %(author_names)s::text[], %(visibilities)s::text[], %(bodies)s::text[], %(client_ids)s::uuid[],
        %(previews)s::text[], %(times)s::timestamptz[]
    ) WITH ORDINALITY AS i (
        id, conversation_id, event, author_kind, author_id, author_name, visibility, body, client_id, preview,
        created_at, ord
    )
), earlier AS (
    SELECT i.ord, m.id, m.conversation_id, m.seq, m.body, m.created_at
    FROM input i
    JOIN {schema}.chat_message m ON m.author_id = i.author_id AND m.client_id = i.client_id
), fresh AS (
    SELECT i.*, c.last_seq + row_number() OVER (PARTITION BY i.conversation_id ORDER BY i.ord) AS seq
    FROM input i
    JOIN {schema}.chat_conversation c ON c.id = i.conversation_id
    WHERE NOT EXISTS (SELECT FROM earlier e WHERE e.ord = i.ord)
      AND c.archived_at IS NULL
      AND (i.author_kind <> 'visitor' OR (c.visitor_id = i.author_id AND c.status <> 'closed'))
      AND (i.author_kind <> 'agent' OR i.visibility = 'note' OR c.status = 'assigned')
      AND (i.visibility = 'note' OR c.status <> 'closed')
), added AS (
    INSERT INTO {schema}.chat_message (
        id, conversation_id, seq, event, author_kind, author_id, author_name, visibility, body, client_id, created_at
    )
    SELECT
        id, conversation_id, seq, event, author_kind, author_id, author_name, visibility, body::jsonb, client_id,
        created_at
    FROM fresh
), changes AS (
    SELECT
        conversation_id,
        max(seq) AS top,
        max(created_at) AS active_at,
        max(seq) FILTER (WHERE visibility = 'public') AS last_message_seq,
        max(seq) FILTER (WHERE author_kind = 'visitor') AS visitor_seq,
        max(seq) FILTER (WHERE author_kind = 'agent' AND visibility = 'public') AS agent_seq,
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
        -- Who answers has read: what a visitor wrote before the last answer does not count.
        unread_count = (CASE WHEN n.agent_seq IS NULL THEN c.unread_count ELSE 0 END) + (
            SELECT count(*) FROM fresh f
            WHERE f.conversation_id = c.id AND f.author_kind = 'visitor' AND f.seq > coalesce(n.agent_seq, 0)
        )
    FROM changes n
    LEFT JOIN fresh last ON last.conversation_id = n.conversation_id AND last.seq = n.last_message_seq
    WHERE c.id = n.conversation_id
)
SELECT i.ord, f.seq, e.id AS earlier_id, e.conversation_id AS earlier_conversation_id, e.seq AS earlier_seq,
       e.body AS earlier_body, e.created_at AS earlier_created_at
FROM input i LEFT JOIN fresh f ON f.ord = i.ord LEFT JOIN earlier e ON e.ord = i.ord
ORDER BY i.ord
"""

READ = """
SELECT {columns} FROM {schema}.chat_conversation c JOIN {schema}.chat_visitor v ON v.id = c.visitor_id
WHERE c.id = ANY(%(conversations)s)
"""

CONVERSATION_COLUMNS = [str(field.column) for field in Conversation._meta.concrete_fields]
VISITOR_COLUMNS = [str(field.column) for field in Visitor._meta.concrete_fields]


async def write_batch(connection: AsyncConnection[Any], schema: str, entries: Sequence[Entry]) -> Batch:
    """Write the entries in one transaction; `entries` hold no (author, client_id) twice. Raises psycopg.Error."""
    lock, write, read = statements(schema)
    wanted = {"conversations": list({entry.conversation_id for entry in entries})}
    async with connection.pipeline(), connection.transaction():
        await connection.execute(lock, wanted, prepare=True)
        answers = await connection.cursor(row_factory=dict_row).execute(write, _columns(entries), prepare=True)
        found = await connection.cursor().execute(read, wanted, prepare=True)
        rows, conversations = await answers.fetchall(), [_conversation(row) for row in await found.fetchall()]
    known = {conversation.pk: conversation for conversation in conversations}
    return Batch([_result(entry, row, known) for entry, row in zip(entries, rows, strict=True)], known)


@lru_cache(maxsize=4096)
def statements(schema: str) -> tuple[sql.Composed, sql.Composed, sql.Composed]:
    name = sql.Identifier(schema)
    columns = sql.SQL(", ").join(
        sql.Identifier(table, column)
        for table, columns in (("c", CONVERSATION_COLUMNS), ("v", VISITOR_COLUMNS))
        for column in columns
    )
    return (
        sql.SQL(LOCK).format(schema=name),
        sql.SQL(WRITE).format(schema=name),
        sql.SQL(READ).format(schema=name, columns=columns),
    )


def _columns(entries: Sequence[Entry]) -> dict[str, list[Any]]:
    return {
        "ids": [entry.id for entry in entries],
        "targets": [entry.conversation_id for entry in entries],
        "events": [entry.event for entry in entries],
        "author_kinds": [entry.author.kind for entry in entries],
        "author_ids": [entry.author.id for entry in entries],
        "author_names": [entry.author.name for entry in entries],
        "visibilities": [entry.visibility for entry in entries],
        "bodies": [encode_json(entry.body).decode() for entry in entries],
        "client_ids": [entry.client_id for entry in entries],
        "previews": [preview_of(entry.body) for entry in entries],
        "times": [entry.created_at for entry in entries],
    }


def _conversation(row: Sequence[Any]) -> Conversation:
    split = len(CONVERSATION_COLUMNS)
    conversation = Conversation.from_db("default", _attributes(Conversation), row[:split])
    conversation.visitor = Visitor.from_db("default", _attributes(Visitor), row[split:])
    return conversation


@lru_cache
def _attributes(model: type[Conversation] | type[Visitor]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _result(entry: Entry, row: dict[str, Any], known: dict[UUID, Conversation]) -> Written | NeedsVerb:
    if row["seq"] is not None:
        return Written(_message(entry, row["seq"], entry.author), duplicate=False)
    if row["earlier_id"] is None:
        return NeedsVerb()
    earlier = Message(
        id=row["earlier_id"],
        conversation_id=row["earlier_conversation_id"],
        seq=row["earlier_seq"],
        event=entry.event,
        body=row["earlier_body"],
        client_id=entry.client_id,
        created_at=row["earlier_created_at"],
    )
    return Written(earlier, duplicate=True)


def _message(entry: Entry, seq: int, author: Author) -> Message:
    return Message(
        id=entry.id,
        conversation_id=entry.conversation_id,
        seq=seq,
        event=entry.event,
        author_kind=author.kind,
        author_id=author.id,
        author_name=author.name,
        visibility=entry.visibility,
        body=entry.body,
        client_id=entry.client_id,
        created_at=entry.created_at,
    )
