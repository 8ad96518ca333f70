"""Broken deadlines as something that rules look at. They have no row in a log: their number stands below zero."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from agents.automation.rules import active_rules
from agents.automation.run import Happened, TooFast, look_at
from agents.models import AutomationRule, SlaTarget
from agents.signals import sla_breached

KINDS = tuple(SlaTarget.Kind.values)
BROKEN = AutomationRule.Event.SLA_BREACHED.value
# A deadline is broken at its time, and may be found so later than that.
FOUND_LATE = timedelta(hours=1)


def broken_deadlines(rules: Sequence[AutomationRule], begin: datetime) -> Iterator[Happened]:
    """Those that were broken since, or were found late, oldest first, if any rule asks."""
    if any(rule.event == BROKEN for rule in rules):
        targets = SlaTarget.objects.filter(breached_at__gte=begin - FOUND_LATE).order_by("breached_at", "pk")
        yield from (broken_deadline(target) for target in targets.iterator(chunk_size=500))


def start_rules_on_breach(sender: object, target: SlaTarget, now: datetime, **_: object) -> None:
    """Receiver of `sla_breached`. What comes too fast is left to the sweep."""
    rules = [rule for rule in active_rules() if rule.event == BROKEN]
    if rules:
        with suppress(TooFast):
            look_at(broken_deadline(target), rules, now)


def broken_deadline(target: SlaTarget) -> Happened:
    at = target.breached_at or target.due_at
    return Happened(target.conversation_id, number_of(target), BROKEN, at)


def number_of(target: SlaTarget) -> int:
    """A number of its own for each promise of a conversation: when it began, and which kind it is."""
    return -(int(target.started_at.timestamp() * 1000) * len(KINDS) + KINDS.index(target.kind))


sla_breached.connect(start_rules_on_breach, dispatch_uid="start-rules")
