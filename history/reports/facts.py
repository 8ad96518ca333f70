"""What the stories of some conversations are told from: logs (archived ones too), queues, tags, settled promises."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Q

from agents.models import SlaTarget
from chat.models import Conversation, Message
from history.models import ArchivedMessage
from history.reports.business import business_times
from history.reports.parts import Parts
from history.reports.story import HEARD, Entry, Promise, Story, first_queue, tell

# One statement over both tables: a conversation that is archived meanwhile is in exactly one of them. Texts stay there.
_READ = """
    SELECT conversation_id, seq, event, created_at, author_kind, author_id,
      CASE WHEN event = 'message.created' THEN '{{}}' ELSE body END
    FROM {log} WHERE conversation_id = ANY(%(ids)s) AND event = ANY(%(events)s)
    UNION ALL
    SELECT conversation_id, seq, event, created_at, author_kind, author_id,
      CASE WHEN event = 'message.created' THEN '{{}}' ELSE body END
    FROM {archive} WHERE conversation_id = ANY(%(ids)s) AND event = ANY(%(events)s)
    ORDER BY 1, 2
"""
SETTLED = Q(met_at__isnull=False) | Q(breached_at__isnull=False)


class Fact(NamedTuple):
    """A conversation as it is now: the seq up to which it was told at least, how many of its promises were settled, and
    what it puts into the sums."""

    seq: int
    settled: int
    parts: Parts


def read_facts(conversation_ids: Sequence[UUID]) -> dict[UUID, Fact]:
    """Tell these conversations anew. What is deleted meanwhile is not in the answer."""
    # Rows first, logs afterwards: what comes in between makes `last_seq` too small, and is counted again later.
    columns = ("pk", "last_seq", "queue_id", "tag_ids")
    rows = list(Conversation.objects.filter(pk__in=conversation_ids).values_list(*columns))
    logs, promises, business = _read_logs(conversation_ids), _read_promises(conversation_ids), business_times()
    facts = {}
    for pk, last_seq, queue_id, tag_ids in rows:
        entries = logs.get(pk, [])
        settled = promises.get(pk, [])
        story = Story(entries, first_queue(entries, str(queue_id or "")), settled, business)
        facts[pk] = Fact(last_seq, len(settled), tell(story).with_tags(sorted({str(tag) for tag in tag_ids})))
    return facts


def _read_logs(conversation_ids: Sequence[UUID]) -> Mapping[UUID, list[Entry]]:
    sql = _READ.format(log=Message._meta.db_table, archive=ArchivedMessage._meta.db_table)
    logs: dict[UUID, list[Entry]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(sql, {"ids": list(conversation_ids), "events": list(HEARD)})
        for pk, _seq, event, at, author_kind, author_id, body in cursor:
            logs[pk].append(Entry(event, at, author_kind, str(author_id or ""), _as_dict(body)))
    return logs


def _as_dict(body: Any) -> dict[str, Any]:
    if isinstance(body, str):  # Django's connections leave JSON as text
        import msgspec

        body = msgspec.json.decode(body)
    return body if isinstance(body, dict) else {}


def _read_promises(conversation_ids: Sequence[UUID]) -> Mapping[UUID, list[Promise]]:
    promises: dict[UUID, list[Promise]] = defaultdict(list)
    columns = ("conversation_id", "kind", "due_at", "met_at", "breached_at", "queue_id", "agent_id")
    settled = SlaTarget.objects.filter(SETTLED, conversation_id__in=conversation_ids).order_by("pk")
    for pk, kind, due_at, met_at, breached_at, queue_id, agent_id in settled.values_list(*columns):
        is_kept = breached_at is None and met_at <= due_at
        at = met_at if is_kept else breached_at or met_at
        promises[pk].append(Promise(kind, at, is_kept, str(queue_id or ""), str(agent_id or "")))
    return promises
