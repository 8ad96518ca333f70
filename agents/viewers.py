"""Who looks at a conversation and who writes: leases in Redis, renewed by the consoles themselves (docs/composer.md).

No timer per connection: a lease that ran out is found by whoever looks next, and only those who look want to know.
"""

import logging
from typing import Any, NamedTuple, cast
from uuid import UUID

import redis

from agents.models import Agent
from chat import fanout
from chat.events import hint_frame
from chat.keys import viewers_key
from chat.redis_clients import redis_client
from tenants.context import current_tenant

logger = logging.getLogger(__name__)

# Consoles renew every five seconds (frontend/src/console/state/viewers.ts).
LEASE_SECONDS = 12.0


class Viewer(NamedTuple):
    agent_id: str
    name: str
    is_writing: bool
    until: float  # Unix seconds

    def view(self) -> dict[str, Any]:
        return {"agent": {"id": self.agent_id, "name": self.name}, "is_writing": self.is_writing}


def note_viewer(
    conversation_id: UUID, agent: Agent, *, is_writing: bool, has_left: bool, now: float
) -> list[dict[str, Any]]:
    """Take, renew or end the agent's lease and return who looks now; the others are told if that is news.

    `now` in Unix seconds. The caller has checked that the agent may see the conversation. Redis away: nobody looks.
    """
    tenant = current_tenant()
    key = viewers_key(tenant, conversation_id)
    mine = Viewer(str(agent.pk), agent.display_name, is_writing, now + LEASE_SECONDS)
    try:
        stored = cast("dict[bytes, bytes]", redis_client().hgetall(key))
        before = _read(stored)
        live = [one for one in before if one.until > now and one.agent_id != mine.agent_id]
        _write(key, gone={one.agent_id for one in before} - {one.agent_id for one in live}, mine=mine, left=has_left)
    except (redis.RedisError, OSError):
        logger.warning("viewers: Redis does not answer")
        return []
    after = live if has_left else [*live, mine]
    views = [one.view() for one in sorted(after)]
    if views != [one.view() for one in sorted(before)]:
        frame = hint_frame("conversation.viewers", conversation_id, {"viewers": views})
        fanout.hint(fanout.watch_topic(tenant, conversation_id), frame)
    return views


def viewers_of(conversation_id: UUID, now: float) -> list[dict[str, Any]]:
    """Who looks at the conversation (`now` in Unix seconds); nobody when Redis is away."""
    try:
        stored = cast("dict[bytes, bytes]", redis_client().hgetall(viewers_key(current_tenant(), conversation_id)))
    except (redis.RedisError, OSError):
        return []
    return [one.view() for one in sorted(_read(stored)) if one.until > now]


def _read(stored: dict[bytes, bytes]) -> list[Viewer]:
    viewers = []
    for agent_id, value in stored.items():
        until, writing, name = value.decode().split("|", 2)
        viewers.append(Viewer(agent_id.decode(), name, writing == "1", float(until)))
    return viewers


def _write(key: str, *, gone: set[str], mine: Viewer, left: bool) -> None:
    with redis_client().pipeline(transaction=False) as pipe:
        if gone:
            pipe.hdel(key, *gone)
        if not left:
            pipe.hset(key, mine.agent_id, f"{mine.until}|{int(mine.is_writing)}|{mine.name}")
        pipe.expire(key, int(LEASE_SECONDS) * 5)
        pipe.execute()
