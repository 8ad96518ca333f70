"""What the desk is told of who comes and goes: differences, several in one frame. Agents: agents/presence.py.

A set in Redis holds the visitors that the desk was told are online. Who connects is added at once; the sweep makes the
set agree with the leases in both directions: a reload or a second tab is no news, and a lost Redis is made good.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import redis

from chat.events import hint_frame
from chat.fanout import announce_to_desk
from chat.keys import shown_key
from chat.models import Conversation
from chat.presence import lease_holders
from chat.redis_clients import redis_client
from tenants.context import current_tenant

logger = logging.getLogger(__name__)

# Changes in one frame: many may come back at once, and a frame has a size.
MAX_CHANGES = 200


def visitor_came(visitor_id: UUID) -> None:
    """A connection of the visitor lives: tell the desk if that is news and somebody may care. Redis away: nothing."""
    try:
        is_news = redis_client().sadd(shown_key(current_tenant()), visitor_id.hex)
    except (redis.RedisError, OSError):
        return
    if is_news:
        _tell([visitor_id], online=True)


def sweep_visitors(now: float, limit: int = 5000) -> int:
    """Tell the current brand's desk which visitors came or went since the last time; returns how many.

    `now` in Unix seconds. Of two sweeps at once each tells what it found first. Raises when Redis is away.
    """
    tenant = current_tenant()
    key = shown_key(tenant)
    live = {pk.hex for pk in lease_holders(tenant, "visitor", now)}
    shown = {member.decode() for member in redis_client().smembers(key)}  # type: ignore[union-attr]
    came = _claim(key, list(live - shown)[:limit], online=True)
    went = _claim(key, list(shown - live)[:limit], online=False)
    _tell(came, online=True)
    _tell(went, online=False)
    return len(came) + len(went)


def announce_presence(changes: Sequence[dict[str, Any]]) -> None:
    """Tell all agents who came or went: `{"visitor" | "agent": id, "online": bool}` each."""
    for start in range(0, len(changes), MAX_CHANGES):
        part = list(changes[start : start + MAX_CHANGES])
        announce_to_desk(hint_frame("presence.changed", None, {"changes": part}))


def _claim(key: str, members: list[str], *, online: bool) -> list[UUID]:
    """Add or remove the members and return those for which this was the one that did it."""
    with redis_client().pipeline(transaction=False) as pipe:
        for member in members:
            if online:
                pipe.sadd(key, member)
            else:
                pipe.srem(key, member)
        done = pipe.execute()
    return [UUID(member) for member, changed in zip(members, done, strict=True) if changed]


def _tell(visitors: Iterable[UUID], *, online: bool) -> None:
    """Only those with an open conversation are on anybody's desk."""
    wanted = list(visitors)
    if wanted:
        on_desk = Conversation.objects.filter(visitor_id__in=wanted).exclude(status=Conversation.Status.CLOSED)
        ids = sorted(on_desk.values_list("visitor_id", flat=True))
        announce_presence([{"visitor": str(pk), "online": online} for pk in ids])
