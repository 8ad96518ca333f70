"""Resume without building rows: access and tops by one query, missed events from Redis, the rest by one more query."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from prometheus_client import Counter

from chat.access import Known, find_known
from chat.events import event_frame
from chat.hot.reading import read_events, read_generations
from chat.hot.refill import Refill
from chat.hot.spans import Span, can_be_whole
from chat.hot.writing import refill_events
from chat.models import Message
from chat.reading import MAX_RESUME, MAX_RESUME_BYTES, MAX_RESUME_IN_ALL
from tenants.context import run_in_tenant
from tenants.models import Tenant

encode_frame = msgspec.json.Encoder().encode
Event = tuple[int, bytes]
# Which of the named conversations exist for whoever asks; called inside the brand.
Find = Callable[[list[UUID]], dict[UUID, Known]]

resumes = Counter("kefu_resumes", "Conversations that a client resumed.", ["result"])

# Text, not one condition per conversation: an OR of 200 costs Django more than PostgreSQL. Rows are weighed before they
# are read: 200 long texts of each of ten conversations are 10 MB, of which `too_much` would keep a twentieth.
AFTER_POSITIONS = """
SELECT * FROM (
    SELECT *, sum(size) OVER (ORDER BY size_of_all, conversation_id) AS size_so_far FROM (
        SELECT *, sum(size) OVER (PARTITION BY conversation_id) AS size_of_all FROM (
            SELECT m.*, octet_length(m.body::text) AS size
            FROM unnest(%s::uuid[], %s::bigint[]) AS w (id, position)
            JOIN chat_message m ON m.conversation_id = w.id AND m.seq > w.position
            OFFSET 0
        ) AS weighed
    ) AS summed
) AS rows
WHERE size_so_far <= %s
ORDER BY conversation_id, seq
"""


async def resume_hot(
    tenant: Tenant, positions: Mapping[UUID, int], *, epoch: str, audience: str, find: Find = find_known
) -> tuple[dict[str, Any], dict[UUID, Known]]:
    """Return the data of a `resumed` frame, its events as encoded frames, and the conversations that were found.

    `positions`: the last seq the client has of each. What `find` leaves out is like a missing one.
    """
    own_epoch = str(tenant.epoch)
    known = await run_in_tenant(tenant, find, list(positions))
    whole = whole_ones(known, positions) if epoch in ("", own_epoch) else set()
    spans = {pk: (positions[pk], known[pk].top) for pk in whole if known[pk].top > positions[pk]}
    events = await events_in(tenant, spans, audience)
    whole -= too_much(events)
    data = {
        str(pk): _answer(pk in whole, position, known.get(pk), events.get(pk, ())) for pk, position in positions.items()
    }
    return {"epoch": own_epoch, "conversations": data}, known


async def events_in(tenant: Tenant, spans: Mapping[UUID, Span], audience: str) -> dict[UUID, list[Event]]:
    """Return (seq, frame) of everything after the position up to at least the top, in order, for each conversation.

    The caller has checked that the audience may see them and that they are not archived.
    """
    hot = await read_events(tenant, spans, audience)
    events = {pk: list(enumerate(frames, start=spans[pk][0] + 1)) for pk, frames in hot.items()}
    missing = {pk: position for pk, (position, _top) in spans.items() if pk not in events}
    if missing:
        # What never could come from Redis says nothing of what is there.
        generations = await read_generations(tenant, [pk for pk in missing if can_be_whole(spans[pk])])
        for pk, found in (await run_in_tenant(tenant, _read_rows, missing, audience)).items():
            events[pk] = found
            if pk in generations:
                refill_events(Refill(tenant, pk, audience, generations[pk], found))
    return events


def whole_ones(known: Mapping[UUID, Known], positions: Mapping[UUID, int]) -> set[UUID]:
    """The conversations that are answered with all their missed events, as many as one frame may hold."""
    left, whole = MAX_RESUME_IN_ALL, set()
    for pk, row in known.items():
        missed = row.top - positions[pk]
        if 0 <= missed <= min(MAX_RESUME, left) and (missed == 0 or not row.archived):
            whole.add(pk)
            left -= missed
    return whole


def too_much(events: Mapping[UUID, list[Event]]) -> set[UUID]:
    """The conversations whose events do not go into the frame any more: the smallest go first, so that most do."""
    left, out = MAX_RESUME_BYTES, set()
    for size, pk in sorted((sum(len(frame) for _seq, frame in found), pk) for pk, found in events.items()):
        left -= size
        if left < 0:
            out.add(pk)
    return out


def _answer(is_whole: bool, position: int, known: Known | None, events: Iterable[Event]) -> dict[str, Any]:
    if known is None:
        return {"recovered": False, "top": 0, "events": [], "error": "not_found"}
    missed = list(events)
    top = max(known.top, missed[-1][0] if missed else 0)
    recovered = is_whole and position + len(missed) >= known.top
    resumes.labels("whole" if recovered else "partial").inc()
    return {"recovered": recovered, "top": top, "events": [msgspec.Raw(f) for _, f in missed] if recovered else []}


def _read_rows(positions: Mapping[UUID, int], audience: str) -> dict[UUID, list[Event]]:
    events: dict[UUID, list[Event]] = defaultdict(list)
    asked = [list(positions), list(positions.values()), MAX_RESUME_BYTES]
    for entry in Message.objects.raw(AFTER_POSITIONS, asked):
        events[entry.conversation_id].append((entry.seq, encode_frame(event_frame(entry, audience))))
    return events
