"""The sweep: rules look at what nudges missed, from the brand's position in its logs on.

Ids of rows grow with time, so a position is a moment; rows that were committed late are behind it for a while, which is
why each sweep begins a little before. Looking twice is harmless (run.py).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice
from uuid import UUID

from django.db.models import QuerySet

from agents.automation.deadlines import broken_deadlines
from agents.automation.rules import active_rules
from agents.automation.run import Happened, TooFast, concerns, look_at
from agents.models import AutomationPosition, AutomationRule, RuleRun
from chat.models import Message

# Longer than any transaction that writes rows.
BEFORE = timedelta(seconds=60)
BATCH = 500
# Runs are kept for so long: longer than anything that looks again, and long enough to see what a rule did.
KEEP_ACTS, KEEP_LOOKS = timedelta(days=90), timedelta(hours=2)


def sweep_rules(now: datetime, limit: int = 2000) -> int:
    """Let the current brand's active rules look at what they have not seen; returns how many acted.

    At most `limit` rows at once, and as many acts as the brand's rate allows: the next sweep goes on from there.
    """
    rules = active_rules()
    if not rules:
        return 0
    begin = _position(rules) - BEFORE
    acted, looked, until = 0, 0, now
    for happened in chain(_unseen_rows(rules, begin), _unseen_deadlines(rules, begin)):
        try:
            if looked >= limit:
                raise TooFast
            acted += look_at(happened, rules, now)
            looked += 1
        except TooFast:
            until = happened.at
            break
    AutomationPosition.objects.update_or_create(pk=1, defaults={"looked_until": min(until, now)})
    return acted


def forget_runs(now: datetime, batch: int = 5000) -> int:
    """Delete all old runs, `batch` in a statement: those in which nothing was done soon, the others later."""
    position = AutomationPosition.objects.filter(pk=1).first()
    # Never what a sweep that lags behind would look at again.
    safe = min(now, position.looked_until) if position else now
    looks = RuleRun.objects.filter(ran_at__lt=safe - KEEP_LOOKS, outcome=[])
    acts = RuleRun.objects.filter(ran_at__lt=now - KEEP_ACTS)
    return _delete_all(looks, batch) + _delete_all(acts, batch)


def _delete_all(rows: QuerySet[RuleRun], batch: int) -> int:
    """Each rule looks at each row: in a busy brand more than one statement's worth grows old within an hour."""
    deleted = 0
    while pks := list(rows.order_by().values_list("pk", flat=True)[:batch]):
        deleted += RuleRun.objects.filter(pk__in=pks).delete()[0]
    return deleted


def first_id_of(moment: datetime) -> UUID:
    """The lowest UUIDv7 of this millisecond."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def _position(rules: Sequence[AutomationRule]) -> datetime:
    """From where on there may be something to look at: nothing before a rule was switched on."""
    first = min(rule.active_since for rule in rules if rule.active_since)
    position = AutomationPosition.objects.filter(pk=1).first()
    return max(first, position.looked_until) if position else first


def _unseen_rows(rules: Sequence[AutomationRule], begin: datetime) -> Iterator[Happened]:
    """Rows that some rule has not looked at, in order. Those that all have seen cost two queries for five hundred."""
    rows = Message.objects.filter(event__in={rule.event for rule in rules}).order_by("pk")
    after = first_id_of(begin)
    while batch := list(rows.filter(pk__gt=after)[:BATCH]):
        after = batch[-1].pk
        yield from _unseen(rules, [Happened.of(row) for row in batch])


def _unseen_deadlines(rules: Sequence[AutomationRule], begin: datetime) -> Iterator[Happened]:
    broken = broken_deadlines(rules, begin)
    while batch := list(islice(broken, BATCH)):
        yield from _unseen(rules, batch)


def _unseen(rules: Sequence[AutomationRule], batch: Sequence[Happened]) -> Iterator[Happened]:
    runs = RuleRun.objects.filter(
        conversation_id__in={one.conversation_id for one in batch}, seq__in={one.seq for one in batch}
    )
    seen = set(runs.values_list("rule_id", "conversation_id", "seq"))
    for one in batch:
        if any(concerns(rule, one) and (rule.pk, one.conversation_id, one.seq) not in seen for rule in rules):
            yield one
