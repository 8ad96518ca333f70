"""Reading hot history: only what is complete, and nothing at all when Redis does not answer at once."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from prometheus_client import Counter
from redis.exceptions import RedisError

from chat.hot.spans import Span, can_be_whole, whole_events
from chat.keys import hot_generation_key, hot_key
from chat.redis_clients import client, redis_client, rest
from tenants.models import Tenant
from tenants.resting import ANSWER_SECONDS

logger = logging.getLogger(__name__)

reads = Counter("kefu_hot_reads", "Conversations whose missed events were asked of Redis.", ["result"])

NO_GENERATION = b"0"


async def read_events(tenant: Tenant, spans: Mapping[UUID, Span], audience: str) -> dict[UUID, list[bytes]]:
    """Return the frames of position+1..top of each conversation that has all of them here; others are left out.

    `spans` holds the position of a client and the top that PostgreSQL gave, for conversations that this audience may
    see: access was checked by whoever asked PostgreSQL.
    """
    asked = _worth_asking(spans)
    if not asked:
        return {}
    try:
        async with asyncio.timeout(ANSWER_SECONDS), client().pipeline(transaction=False) as pipe:
            for pk, (position, top) in asked:
                pipe.zrangebyscore(hot_key(tenant, pk, audience), position + 1, top, withscores=True)
            answers = await pipe.execute()
    except (RedisError, OSError, TimeoutError) as error:
        _note_trouble(error)
        return {}
    return _whole_ones(asked, answers)


def read_events_now(tenant: Tenant, conversation_id: UUID, span: Span, audience: str) -> list[bytes] | None:
    """`read_events` of one conversation for synchronous code; None when they are not all here."""
    asked = _worth_asking({conversation_id: span})
    if not asked:
        return None
    position, top = span
    try:
        key = hot_key(tenant, conversation_id, audience)
        answer = redis_client().zrangebyscore(key, position + 1, top, withscores=True)
    except (RedisError, OSError) as error:
        _note_trouble(error)
        return None
    return _whole_ones(asked, [answer]).get(conversation_id)


async def read_generations(tenant: Tenant, conversation_ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """Return what a refill must be given. Ask before PostgreSQL is read; empty when Redis does not answer."""
    wanted = list(conversation_ids)
    if not wanted or not rest.is_over():
        return {}
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            found = await client().mget([hot_generation_key(tenant, pk) for pk in wanted])
    except (RedisError, OSError, TimeoutError) as error:
        _note_trouble(error)
        return {}
    generations = cast("list[bytes | None]", found)
    return {pk: generation or NO_GENERATION for pk, generation in zip(wanted, generations, strict=True)}


def read_generation_now(tenant: Tenant, conversation_id: UUID) -> bytes | None:
    """`read_generations` of one conversation for synchronous code; None when Redis does not answer."""
    if not rest.is_over():
        return None
    try:
        return cast("bytes | None", redis_client().get(hot_generation_key(tenant, conversation_id))) or NO_GENERATION
    except (RedisError, OSError) as error:
        _note_trouble(error)
        return None


def _worth_asking(spans: Mapping[UUID, Span]) -> list[tuple[UUID, Span]]:
    return [(pk, span) for pk, span in spans.items() if can_be_whole(span)] if rest.is_over() else []


def _whole_ones(asked: Sequence[tuple[UUID, Span]], answers: Any) -> dict[UUID, list[bytes]]:
    found = {
        pk: events
        for (pk, span), answer in zip(asked, answers, strict=True)
        if (events := whole_events(cast("list[tuple[bytes, float]]", answer), span)) is not None
    }
    reads.labels("hit").inc(len(found))
    reads.labels("miss").inc(len(asked) - len(found))
    return found


def _note_trouble(error: BaseException) -> None:
    rest.begin()
    reads.labels("trouble").inc()
    logger.warning("hot history: Redis did not answer, PostgreSQL is read", extra={"error": str(error)})
