"""Filling after a miss and forgetting: a refill never brings back what was forgotten while PostgreSQL was read."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from prometheus_client import Counter
from redis.exceptions import RedisError

from chat.events import AGENT, VISITOR
from chat.hot.scripts import REFILL
from chat.hot.spans import KEEP_EVENTS, KEEP_SECONDS, is_kept
from chat.keys import hot_generation_key, hot_key
from chat.redis_clients import redis_client, rest
from tenants.models import Tenant

logger = logging.getLogger(__name__)

not_forgotten = Counter("kefu_hot_not_forgotten", "Times that Redis could not be told to forget a conversation.")


@dataclass(frozen=True, slots=True)
class Refill:
    """Events in order of seq, as one audience sees them; `generation` was read before they were."""

    tenant: Tenant
    conversation_id: UUID
    audience: str
    generation: bytes
    events: Sequence[tuple[int, bytes]]


def refill_arguments(refill: Refill) -> tuple[list[str], list[Any]] | None:
    """Keys and arguments of the REFILL script; None when none of the events is kept."""
    events = [event for event in refill.events[-KEEP_EVENTS:] if is_kept(event[1])]
    if not events:
        return None
    keys = [
        hot_generation_key(refill.tenant, refill.conversation_id),
        hot_key(refill.tenant, refill.conversation_id, refill.audience),
    ]
    first, last = refill.events[0][0], refill.events[-1][0]
    pairs = [part for event in events for part in event]
    return keys, [refill.generation, KEEP_EVENTS, KEEP_SECONDS, first, last, *pairs]


def refill_now(refill: Refill) -> None:
    """Write a refill from synchronous code."""
    call = refill_arguments(refill)
    if call is None or not rest.is_over():
        return
    try:
        redis_client().register_script(REFILL)(*call)
    except (RedisError, OSError) as error:
        rest.begin()
        logger.warning("hot history: a refill failed", extra={"error": str(error)})


def forget(tenant: Tenant, conversation_id: UUID) -> None:
    """Drop what is kept of the conversation once the transaction that changes its rows has committed.

    For whatever changes or erases rows that were announced. After an edit or recall readers do not depend on it, since
    spans across those are never served from here; the old text shall just not stay in Redis.
    """
    transaction.on_commit(lambda: _forget(tenant, conversation_id), robust=True)


def _forget(tenant: Tenant, conversation_id: UUID) -> None:
    generation = hot_generation_key(tenant, conversation_id)
    try:
        with redis_client().pipeline(transaction=True) as pipe:
            pipe.incr(generation)
            pipe.expire(generation, KEEP_SECONDS)
            pipe.delete(*(hot_key(tenant, conversation_id, audience) for audience in (VISITOR, AGENT)))
            pipe.execute()
    except (RedisError, OSError) as error:
        not_forgotten.inc()
        logger.warning("hot history: a conversation was not forgotten", extra={"error": str(error)})
