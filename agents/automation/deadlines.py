"""Broken deadlines as something that rules look at. They have no row in a log: their number stands below zero."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from agents.automation.run import Happened
from agents.models import AutomationRule, SlaTarget

KINDS = tuple(SlaTarget.Kind.values)


def broken_deadlines(rules: Sequence[AutomationRule], begin: datetime) -> Iterator[Happened]:
    """Those that were broken since, oldest first, if any rule asks."""
    if any(rule.event == AutomationRule.Event.SLA_BREACHED for rule in rules):
        targets = SlaTarget.objects.filter(breached_at__gte=begin).order_by("breached_at", "pk")
        yield from (broken_deadline(target) for target in targets.iterator(chunk_size=500))


def broken_deadline(target: SlaTarget) -> Happened:
    at = target.breached_at or target.due_at
    return Happened(target.conversation_id, number_of(target), AutomationRule.Event.SLA_BREACHED.value, at)


def number_of(target: SlaTarget) -> int:
    """A number of its own for each promise of a conversation: when it began, and which kind it is."""
    return -(int(target.started_at.timestamp() * 1000) * len(KINDS) + KINDS.index(target.kind))
