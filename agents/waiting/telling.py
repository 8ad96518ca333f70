"""Telling those who wait where they stand: the front of the queue at every change, the rest by the sweep."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from agents.models import Queue
from agents.waiting.opening import live_waiting
from agents.waiting.pace import count_waiting, read_pace
from agents.waiting.standing import ORDER, make_standing
from chat.front_desk import Standing
from chat.standings import tell_changes

# Whoever stands behind these learns of a change within ten seconds: a queue of a thousand that moves on by one would
# otherwise be a thousand frames each time.
FRONT = 20
# Of a longer queue the rest is not told of its place: nobody reads 2 001.
MAX_TOLD = 2000


def tell_standings(now: datetime, *, most: int = MAX_TOLD) -> int:
    """Tell waiting visitors of the current brand whose place or estimate changed, in each queue the first `most`;
    returns how many were told. Raises when Redis is away."""
    standings = dict(_standings(now, most))
    return tell_changes(standings, all_of=most == MAX_TOLD)


def _standings(now: datetime, most: int) -> Iterator[tuple[UUID, tuple[UUID, Standing]]]:
    """By visitor: a visitor has one open conversation at most."""
    counts = count_waiting()
    for queue in Queue.objects.all():
        waiting = live_waiting(queue).filter(waiting_since__isnull=False).order_by(*ORDER)
        rows = list(waiting.values_list("pk", "visitor_id", "waiting_since")[:most])
        pace = read_pace(queue, now, counts) if rows else None
        for place, (pk, visitor_id, since) in enumerate(rows, start=1):
            assert pace is not None and since is not None
            yield visitor_id, (pk, make_standing(place, waited=now - since, queue=queue, pace=pace))
