"""Deadlines of many conversations at once, where no policy promises anything: most brands, each time a visitor asks."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef

from agents.models import SlaTarget
from agents.sla.episodes import ASLEEP, AWAKE, Happened, Pause, find_pauses
from agents.sla.rules import Rules, is_hurried
from chat.fanout import announce_row
from chat.models import SOON, Conversation, Message

# A sweep may have begun long ago: who polls asks for what was touched since a few seconds before the last answer.
# In the order of ids, as the log's writer locks; whoever is busy with a row does not wait for this nor this for them.
WRITE = f"""
WITH given AS (
    SELECT * FROM unnest(%s::uuid[], %s::timestamptz[], %s::uuid[], %s::timestamptz[], %s::boolean[], %s::timestamptz[])
    AS given(id, since, queue, snoozed, has_left, due)
), same AS (
    SELECT c.id, given.due FROM {Conversation._meta.db_table} c JOIN given USING (id)
    WHERE c.awaiting_reply_since IS NOT DISTINCT FROM given.since AND c.queue_id IS NOT DISTINCT FROM given.queue
    AND c.snoozed_until IS NOT DISTINCT FROM given.snoozed AND c.left_message = given.has_left
    AND c.status <> '{Conversation.Status.CLOSED}'
    ORDER BY c.id FOR NO KEY UPDATE OF c SKIP LOCKED
)
UPDATE {Conversation._meta.db_table} c SET reply_due_at = same.due,
    touched_at = CASE WHEN c.active_at > %s THEN c.touched_at ELSE GREATEST(%s, clock_timestamp()) END
FROM same WHERE c.id = same.id RETURNING c.id
"""


class Row(NamedTuple):
    """What a deadline follows from."""

    id: UUID
    queue_id: UUID | None
    status: str
    awaiting_reply_since: datetime | None
    left_message: bool
    snoozed_until: datetime | None
    reply_due_at: datetime | None
    resolve_due_at: datetime | None
    has_targets: bool

    @property
    def is_open(self) -> bool:
        return self.status != Conversation.Status.CLOSED


def keep_plain(conversation_ids: Collection[UUID], now: datetime, rules: Rules) -> set[UUID]:
    """Write what `keep_promises` would where neither policy nor target has a say; returns which are right now.

    Four statements, however many there are. Left for `keep_promises`: with policies, with targets, locked by others.
    """
    rows = [row for row in _read(conversation_ids) if _is_plain(row, rules)]
    pauses = _pauses_of([row.id for row in rows if is_hurried(row)])
    dues = {row.id: _due(row, rules, pauses) for row in rows}
    wrong = [row for row in rows if row.reply_due_at != dues[row.id]]
    written = _write(wrong, dues, now)
    return {row.id for row in rows} - {row.id for row in wrong} | written


def _read(conversation_ids: Collection[UUID]) -> list[Row]:
    if not conversation_ids:
        return []
    targets = SlaTarget.objects.filter(conversation=OuterRef("pk"), met_at__isnull=True)
    rows = Conversation.objects.filter(pk__in=conversation_ids).annotate(has_targets=Exists(targets))
    columns = "pk", "queue_id", "status", "awaiting_reply_since", "left_message", "snoozed_until", "reply_due_at"
    return [Row(*row) for row in rows.values_list(*columns, "resolve_due_at", "has_targets")]


def _is_plain(row: Row, rules: Rules) -> bool:
    promises = rules.of(row.queue_id)
    return promises is not None and promises.policy is None and not row.has_targets and row.resolve_due_at is None


def _pauses_of(conversation_ids: Collection[UUID]) -> dict[UUID, list[Pause]]:
    events: dict[UUID, list[Happened]] = defaultdict(list)
    if conversation_ids:
        rows = Message.objects.filter(conversation__in=conversation_ids, event__in=[ASLEEP, *AWAKE]).order_by("seq")
        for conversation_id, event, at in rows.values_list("conversation_id", "event", "created_at"):
            events[conversation_id].append(Happened(event, at))
    return {conversation_id: find_pauses(found) for conversation_id, found in events.items()}


def _due(row: Row, rules: Rules, pauses: Mapping[UUID, list[Pause]]) -> datetime | None:
    promises, start = rules.of(row.queue_id), row.awaiting_reply_since
    if promises is None or start is None or not is_hurried(row):
        return None
    return promises.queue_due(start, pauses.get(row.id, ()))


def _write(rows: Collection[Row], dues: Mapping[UUID, datetime | None], now: datetime) -> set[UUID]:
    """Write and announce these deadlines where what they follow from is as it was; returns where."""
    if not rows:
        return set()
    read = [
        (row.id, row.awaiting_reply_since, row.queue_id, row.snoozed_until, row.left_message, dues[row.id])
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [*map(list, zip(*read, strict=True)), now - SOON, now])
        written = {row[0] for row in cursor.fetchall()}
    for conversation in Conversation.objects.select_related("visitor").filter(pk__in=written):
        announce_row(conversation)
    return written
