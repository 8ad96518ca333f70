"""Walking through conversations that are due, one by one. A conversation that fails is logged and stops no other."""

import logging
from collections.abc import Callable, Iterator
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from chat.models import Conversation

logger = logging.getLogger(__name__)

BATCH = 100


def work_through(
    due: QuerySet[Conversation],
    *,
    by: str,
    work: Callable[[UUID], bool],
    limit: int,
    is_over: Callable[[], bool] = lambda: False,
) -> int:
    """Call `work` for the due conversations, oldest `by` first, until `limit` calls said that they changed something.

    `is_over` is asked after each and ends it sooner.

    `work` opens its own transaction and looks again under the lock. Those that fail are passed by, so that any number
    of them never keeps the sweep from the rest. Raises when the database itself is gone.
    """
    done = 0
    for pk in _walk(due, by):
        if done >= limit:
            break
        try:
            done += work(pk)
        except Exception:
            if not connection.is_usable():
                raise
            logger.exception("sweep: one conversation failed", extra={"conversation": str(pk), "work": work.__name__})
        if is_over():
            break
    return done


def _walk(due: QuerySet[Conversation], by: str) -> Iterator[UUID]:
    """Ids in order of (`by`, id), read in batches by position: what changes meanwhile moves nothing else."""
    rows = due.order_by(by, "pk").values_list(by, "pk")
    batch = list(rows[:BATCH])
    while batch:
        yield from (pk for _moment, pk in batch)
        moment, last = batch[-1]
        after = Q(**{f"{by}__gt": moment}) | Q(**{by: moment, "pk__gt": last})
        # The first condition alone lets the index begin at the right place.
        batch = list(rows.filter(after, **{f"{by}__gte": moment})[:BATCH])
