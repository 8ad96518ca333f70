"""A conversation's last page from hot history, for synchronous code: snapshots and the REST interface."""

from collections.abc import Callable

import msgspec
from django.db import connection

from chat.events import Frame
from chat.hot.reading import read_events_now, read_generation_now
from chat.hot.refill import Refill, refill_now
from chat.hot.spans import can_be_whole
from chat.models import Conversation
from tenants.context import current_tenant

_encode = msgspec.json.Encoder().encode
_decode: "msgspec.json.Decoder[Frame]" = msgspec.json.Decoder(Frame)


def read_last_page(
    conversation: Conversation, audience: str, limit: int, otherwise: Callable[[], list[Frame]]
) -> list[Frame]:
    """The last `limit` events of a conversation that was read just now; `otherwise` reads them from PostgreSQL.

    The conversation must not be archived, and its reader must be allowed to see it.
    """
    span = max(0, conversation.last_seq - limit), conversation.last_seq
    # Inside a transaction rows may be read that never come to be.
    if not can_be_whole(span) or connection.in_atomic_block:
        return otherwise()
    tenant = current_tenant()
    hot = read_events_now(tenant, conversation.pk, span, audience)
    if hot is not None:
        return [_decode.decode(frame) for frame in hot]
    generation = read_generation_now(tenant, conversation.pk)
    frames = otherwise()
    if generation is not None:
        events = [(int(frame["seq"]), _encode(frame)) for frame in frames]
        refill_now(Refill(tenant, conversation.pk, audience, generation, events))
    return frames
