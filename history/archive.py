"""The archive: closed conversations' logs move from the hot table into the archive tables (docs/history.md).

Work is found by the partial index `to_archive`. Each conversation moves in a transaction of its own, conversation
locked first: copied by upsert, compared, and only then deleted. Whoever is killed anywhere leaves it as it was.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from chat.message_log import lock_conversation
from chat.models import Conversation, Message
from chat.walk import work_through
from history.models import ArchivedMessage, Transcript
from tenants.context import current_tenant

_COLUMNS = (
    "id, conversation_id, seq, event, author_kind, author_id, author_name, visibility, body, client_id, created_at"
)
_COPY = f"""
    INSERT INTO {{archive}} ({_COLUMNS})
    SELECT {_COLUMNS} FROM {{log}} WHERE conversation_id = %s
    ON CONFLICT (conversation_id, seq) DO UPDATE SET
      id = excluded.id, event = excluded.event, author_kind = excluded.author_kind, author_id = excluded.author_id,
      author_name = excluded.author_name, visibility = excluded.visibility, body = excluded.body,
      client_id = excluded.client_id, created_at = excluded.created_at
"""
# The time as a number: its text depends on the connection's time zone. Hashing each row first keeps fields apart.
_FINGERPRINT = """
    SELECT count(*), coalesce(min(seq), 0), coalesce(max(seq), 0),
      encode(sha256(coalesce(string_agg(sha256(convert_to(
        (id, conversation_id, seq, event, author_kind, author_id, author_name, visibility, body::text, client_id,
         extract(epoch FROM created_at))::text, 'UTF8')), ''::bytea ORDER BY seq), ''::bytea)), 'hex')
    FROM {table} WHERE conversation_id = %s
"""

# Rows, lowest seq, highest seq, checksum over all columns in order of seq.
Fingerprint = tuple[int, int, int, str]


class NotWhole(RuntimeError):
    """A conversation's log has holes, or its copy differs: it stays where it is."""


def archive_closed(now: datetime, limit: int = 5000) -> int:
    """Archive conversations of the current brand that were closed `archive_after_days` ago; returns how many moved."""
    closed_before = now - timedelta(days=current_tenant().archive_after_days)

    def archive(conversation_id: UUID) -> bool:
        return archive_conversation(conversation_id, closed_before=closed_before, now=now)

    return work_through(due_for_archive(closed_before), by="closed_at", work=archive, limit=limit)


def due_for_archive(closed_before: datetime) -> QuerySet[Conversation]:
    return Conversation.objects.filter(
        status=Conversation.Status.CLOSED, archived_at__isnull=True, closed_at__lte=closed_before
    )


def archive_conversation(conversation_id: UUID, *, closed_before: datetime, now: datetime) -> bool:
    """Move one conversation's log into the archive; False when it is open again, younger, or already there.

    Locks the conversation. Raises NotWhole, and then nothing has changed.
    """
    with transaction.atomic():
        conversation = lock_conversation(conversation_id)
        closed_at = conversation.closed_at
        if conversation.archived_at is not None or closed_at is None or closed_at > closed_before:
            return False
        transcript, _ = Transcript.objects.update_or_create(
            conversation=conversation, defaults={"closed_at": closed_at, "archived_at": now}
        )
        _copy(conversation_id)
        transcript.checksum = _verify(conversation)
        transcript.synced_seq = conversation.last_seq
        transcript.save(update_fields=["checksum", "synced_seq"])
        Message.objects.filter(conversation_id=conversation_id).delete()
        Conversation.objects.filter(pk=conversation_id).update(archived_at=now)
        return True


def fingerprint_of_log(conversation_id: UUID) -> Fingerprint:
    return _fingerprint(Message._meta.db_table, conversation_id)


def fingerprint_of_archive(conversation_id: UUID) -> Fingerprint:
    """What the archive holds of a conversation, to be compared with its Transcript."""
    return _fingerprint(ArchivedMessage._meta.db_table, conversation_id)


def _copy(conversation_id: UUID) -> None:
    sql = _COPY.format(archive=ArchivedMessage._meta.db_table, log=Message._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(sql, [conversation_id])


def _verify(conversation: Conversation) -> str:
    """Return the checksum of the log's copy, after having seen that it is whole and the same."""
    top = conversation.last_seq
    log = fingerprint_of_log(conversation.pk)
    if log[:3] != (top, min(top, 1), top):
        raise NotWhole(f"Conversation {conversation.pk}: {log[0]} rows from {log[1]} to {log[2]}, expected {top}.")
    if fingerprint_of_archive(conversation.pk) != log:
        raise NotWhole(f"Conversation {conversation.pk}: the copy differs from the log.")
    return log[3]


def _fingerprint(table: str, conversation_id: UUID) -> Fingerprint:
    with connection.cursor() as cursor:
        cursor.execute(_FINGERPRINT.format(table=table), [conversation_id])
        rows, lowest, highest, checksum = cursor.fetchone()
        return rows, lowest, highest, checksum
