"""Rows for many conversations at once: two statements, however many there are.

What a conversation and its visitor are afterwards comes back with the first one: nobody need have read them before.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection
from msgspec.structs import astuple
from psycopg.types.json import Jsonb

from chat.message_log.append import MESSAGE, QUIET, Draft
from chat.message_log.entries import Added, Changed, columns_of
from chat.message_log.states import STATE, State, changed_of
from chat.models import Conversation, Message, Visitor
from tenants.ids import new_id

CHANGE = f"""
WITH changed AS (
    UPDATE {Conversation._meta.db_table} c SET last_seq = c.last_seq + 1, active_at = %s{{columns}}
    FROM json_populate_recordset(NULL::{Conversation._meta.db_table}, %s) given, {Visitor._meta.db_table} v
    WHERE c.id = given.id AND v.id = c.visitor_id AND c.archived_at IS NULL
    RETURNING {STATE} AS state
)
SELECT coalesce(json_agg(state), '[]')::text FROM changed
"""
COLUMNS = ["id" if name == "pk" else name for name in Added.__struct_fields__]
# Not as values of a statement: it would be read three times, as SQL, as one document, and as the rows in it.
ADD = f"COPY {Message._meta.db_table} ({', '.join(COLUMNS)}) FROM STDIN"

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(list[State]).decode


def append_many(
    drafts: Mapping[UUID, Draft], columns: Mapping[UUID, Mapping[str, Any]], now: datetime
) -> list[tuple[Changed, Added]]:
    """`append` for many conversations that this transaction has locked, one row each. For events, not for messages.

    `columns` of the conversation, the same ones for each, are written together with those of the log. Returns the
    conversations as they are now, each with its row, in any order.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("append_many() needs the transaction that locked the conversations.")
    if any(draft.event in {MESSAGE, *QUIET} for draft in drafts.values()):
        raise ValueError("append_many() is for events that are activity.")
    changed = _change(columns, now)
    if changed.keys() != drafts.keys():
        raise ValueError("append_many() is for conversations that are there and not archived.")
    added = [_added(one, drafts[one.pk], now) for one in changed.values()]
    with connection.cursor() as cursor, cursor.copy(ADD) as copy:
        for row in added:
            copy.write_row([Jsonb(one, _encode) if isinstance(one, dict) else one for one in astuple(row)])
    return list(zip(changed.values(), added, strict=True))


def _change(columns: Mapping[UUID, Mapping[str, Any]], now: datetime) -> dict[UUID, Changed]:
    names = next(iter(columns.values()), {})
    sql = CHANGE.format(columns="".join(f", {name} = given.{name}" for name in names))
    rows = [{"id": pk, **values} for pk, values in columns.items()]
    with connection.cursor() as cursor:
        cursor.execute(sql, [now, _encode(rows).decode()])
        states = _decode(cursor.fetchone()[0])
    return {one.pk: one for one in map(changed_of, states)}


def _added(conversation: Changed, draft: Draft, now: datetime) -> Added:
    return Added(
        pk=new_id(),
        conversation_id=conversation.pk,
        seq=conversation.version[0],
        body=draft.body,
        created_at=now,
        **columns_of(draft),
    )
