"""Trying rules on a past day: as it was, under the rules of now, and under changed ones."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from agents.routing.changes import Changes, apply_changes
from agents.routing.facts import Desk, QueueRules
from agents.routing.past import Past, read_day
from agents.routing.simulate import fresh_desk, simulate
from agents.routing.summary import summary_of


@dataclass(frozen=True, slots=True)
class Trial:
    day: date
    arrivals: int
    cut: bool
    # as_it_was, now and, where something was changed, changed.
    columns: dict[str, dict[str, Any]]


def try_rules(
    day: date, changes: Changes | None, now: datetime, *, on_arrival: Callable[[int], None] = lambda total: None
) -> Trial:
    """Replay the day in the current brand; writes nothing. Raises BadChange.

    `on_arrival` is called for each arrival that is played, with how many there will be.
    """
    past = read_day(day, now)
    changed = apply_changes(past.desk, past.queue_names, changes) if changes else None
    return _replay(day, past, changed, on_arrival)


def try_queue(day: date, rules: QueueRules, now: datetime) -> Trial:
    """Replay the day with the rules of one queue replaced; writes nothing."""
    past = read_day(day, now)
    changed = fresh_desk(past.desk, {**past.desk.rules, rules.id: rules})
    return _replay(day, past, changed, lambda total: None)


def _replay(day: date, past: Past, changed: Desk | None, on_arrival: Callable[[int], None]) -> Trial:
    desks = {"now": past.desk, **({"changed": changed} if changed else {})}
    total = len(desks) * len(past.arrivals)
    columns = {"as_it_was": summary_of(past.as_it_was, past.queue_names)}
    for name, desk in desks.items():
        outcome = simulate(
            past.arrivals, past.shifts, fresh_desk(desk), until=past.until, on_arrival=lambda: on_arrival(total)
        )
        columns[name] = summary_of(outcome, past.queue_names)
    return Trial(day, len(past.arrivals), past.cut, columns)
