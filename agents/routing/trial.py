"""Trying rules on a past day: as it was, under the rules of now, and under changed ones."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from agents.routing.changes import Changes, apply_changes
from agents.routing.past import read_day
from agents.routing.simulate import fresh_desk, simulate
from agents.routing.summary import summary_of

# In the order in which they are shown; `changed` only where something was.
COLUMNS = ("as_it_was", "now", "changed")


@dataclass(frozen=True, slots=True)
class Trial:
    day: date
    arrivals: int
    cut: bool
    columns: dict[str, dict[str, Any]]


def try_rules(
    day: date, changes: Changes | None, now: datetime, *, on_arrival: Callable[[int], None] = lambda total: None
) -> Trial:
    """Replay the day in the current brand; writes nothing. Raises BadChange.

    `on_arrival` is called for each arrival that is played, with how many there will be.
    """
    past = read_day(day, now)
    desks = {"now": past.desk}
    if changes:
        desks["changed"] = apply_changes(past.desk, past.queue_names, changes)
    total = len(desks) * len(past.arrivals)
    columns = {"as_it_was": summary_of(past.as_it_was, past.queue_names)}
    for name, desk in desks.items():
        outcome = simulate(
            past.arrivals, past.shifts, fresh_desk(desk), until=past.until, on_arrival=lambda: on_arrival(total)
        )
        columns[name] = summary_of(outcome, past.queue_names)
    return Trial(day, len(past.arrivals), past.cut, columns)
