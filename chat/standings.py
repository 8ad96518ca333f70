"""What waiting visitors were told last about their place in the queue: kept in Redis, so that only changes are told.

Whoever polls asks here, since hints come to connections only. Nothing here is true for longer than the next change.
"""

import time
from collections.abc import Iterable, Mapping
from uuid import UUID

import msgspec
import redis

from chat.events import Frame, hint_frame
from chat.fanout import hint, visitor_topic
from chat.front_desk import Standing
from chat.keys import standings_key
from chat.redis_clients import redis_client
from tenants.context import current_tenant

CHANGED = "queue.position_changed"


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    conversation: UUID
    place: int
    wait_seconds: int | None
    can_leave_message: bool
    # When it was told (Unix seconds); no part of what was told.
    at: float = 0.0

    def frame(self) -> Frame:
        view = Standing(self.place, self.wait_seconds, self.can_leave_message).view()
        return hint_frame(CHANGED, self.conversation, view)


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Told).decode


def tell_changes(standings: Mapping[UUID, tuple[UUID, Standing]], *, all_of: bool) -> int:
    """Tell visitors of the current brand what changed since they were told; returns how many.

    `standings`: by visitor the conversation and where it stands. `all_of`: whoever is not among them waits no more.
    Two processes that tell at once tell the same twice. Raises when Redis is away.
    """
    tenant, client = current_tenant(), redis_client()
    key = standings_key(tenant)
    known: dict[bytes, bytes] = client.hgetall(key)  # type: ignore[assignment]
    now, told = time.time(), dict[str, bytes]()
    for visitor_id, (conversation_id, standing) in standings.items():
        fresh = Told(conversation_id, standing.place, standing.wait_seconds, standing.can_leave_message, now)
        before = known.get(visitor_id.hex.encode())
        if before is None or msgspec.structs.replace(_decode(before), at=now) != fresh:
            told[visitor_id.hex] = _encode(fresh)
            hint(visitor_topic(tenant, visitor_id), fresh.frame())
    gone = known.keys() - {visitor_id.hex.encode() for visitor_id in standings} if all_of else set()
    with client.pipeline(transaction=False) as pipe:
        if told:
            pipe.hset(key, mapping=told)  # type: ignore[arg-type]
        if gone:
            pipe.hdel(key, *gone)
        pipe.execute()
    return len(told)


def forget_standings(visitor_ids: Iterable[UUID]) -> None:
    """These visitors wait no more: what they were told is not told to one who polls."""
    if members := [visitor_id.hex for visitor_id in visitor_ids]:
        redis_client().hdel(standings_key(current_tenant()), *members)


def told_since(visitor_id: UUID, since: float) -> list[Frame]:
    """What the visitor was told since (Unix seconds), for one who polls. Redis away: nothing."""
    try:
        found = redis_client().hget(standings_key(current_tenant()), visitor_id.hex)
    except (redis.RedisError, OSError):
        return []
    told = _decode(found) if isinstance(found, bytes) else None
    return [told.frame()] if told is not None and told.at > since else []
