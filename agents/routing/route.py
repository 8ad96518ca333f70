"""Giving waiting conversations to agents. Locks: the brand's routing, conversations that are free, agents by id."""

import logging
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from agents.models import Agent
from agents.routing.choose import Choice, choose
from agents.routing.facts import Desk, Waiting, in_order
from agents.routing.read import read_desk, read_waiting
from agents.routing.write import write_choices
from chat.message_log import lock_ids
from chat.models import Conversation

logger = logging.getLogger(__name__)

# So many are given out in one transaction: their agents are locked no longer than it takes, some ten milliseconds.
BATCH = 250
# Named in pg_locks; the schema's name is hashed beside it.
LOCK_CLASS = 0x6B66


def route_waiting(now: datetime, limit: int = 1000) -> int:
    """Give waiting conversations of the current brand to its agents and return how many were given.

    No capacity is ever passed: choices are made again under the locks, and everybody else who assigns locks the agent.
    What another holds locked is left for the next round. One that fails stops no other.
    """
    routed, failed = 0, set[UUID]()
    while routed < limit:
        planned = _plan(now, limit - routed, failed)
        done = sum(_route(planned[at : at + BATCH], now, failed) for at in range(0, len(planned), BATCH))
        routed += done
        if not done:
            break
    return routed


def _plan(now: datetime, limit: int, failed: Collection[UUID]) -> list[UUID]:
    """Which conversations are worth locking: those that would be given out if nothing changed. Locks nothing."""
    desk = read_desk(now)
    if not any(desk.free(queue_id) for queue_id in desk.rules):
        return []
    waiting = read_waiting(desk, besides=failed)
    return [choice.waiting.id for choice in _choose_in_order(waiting, desk, now, limit, with_verdicts=False)]


def _route(ids: list[UUID], now: datetime, failed: set[UUID]) -> int:
    """Give out a batch; when it fails, halves of it, down to the one that is broken."""
    if not ids:
        return 0
    try:
        return _route_batch(ids, now)
    except Exception:
        if not connection.is_usable():
            raise
        if len(ids) == 1:
            logger.exception("routing: one conversation failed", extra={"conversation": str(ids[0])})
            failed.update(ids)
            return 0
        middle = len(ids) // 2
        return _route(ids[:middle], now, failed) + _route(ids[middle:], now, failed)


def _route_batch(ids: list[UUID], now: datetime) -> int:
    with transaction.atomic():
        _lock_routing()
        free = lock_ids(Conversation.objects.filter(pk__in=ids, status=Conversation.Status.WAITING), skip_locked=True)
        if not free:
            return 0
        locked_agents = _lock_agents()
        # Only now, after the locks, are loads counted.
        desk = read_desk(now, only=locked_agents)
        choices = _choose_in_order(read_waiting(desk, free), desk, now, len(ids))
        write_choices(choices, now)
        return len(choices)


def _choose_in_order(
    waiting: list[Waiting], desk: Desk, now: datetime, limit: int, *, with_verdicts: bool = True
) -> list[Choice]:
    """Choose for one after the other, each choice counting for the next; those that nobody gets are left out."""
    moment = now.timestamp()
    chosen: list[Choice] = []
    for one in in_order(waiting, desk.rules):
        if len(chosen) >= limit or desk.is_full():
            break
        choice = choose(one, desk, moment, with_verdicts=with_verdicts)
        if choice.agent is not None:
            desk.give(one, choice.agent, moment)
            chosen.append(choice)
    return chosen


def _lock_routing() -> None:
    """One router per brand at a time: what a queue or the brand has is not the sum of what one agent's lock guards."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(current_schema()))", [LOCK_CLASS])


def _lock_agents() -> set[UUID]:
    """Lock who may get something, by id: whoever locks several agents does it in this order."""
    there = Agent.objects.filter(is_active=True, is_present=True, availability=Agent.Availability.ONLINE)
    return set(there.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
