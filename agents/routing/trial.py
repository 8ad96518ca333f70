"""Trying rules on a past day: as it was, under the rules of now, and under changed ones. Writes nothing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from agents.models import Agent, Queue, Skill
from agents.routing.changes import Changes, apply_changes, with_agent, with_queue, without_agent
from agents.routing.facts import AgentFacts
from agents.routing.past import Past, read_day
from agents.routing.read import rules_of
from agents.routing.simulate import fresh_desk, simulate
from agents.routing.summary import summary_of

# A day as it would have been.
Change = Callable[[Past], Past]


@dataclass(frozen=True, slots=True)
class Trial:
    day: date
    arrivals: int
    cut: bool
    # as_it_was, now and, where something was changed, changed.
    columns: dict[str, dict[str, Any]]


def try_change(
    day: date, change: Change | None, now: datetime, *, on_arrival: Callable[[int], None] = lambda total: None
) -> Trial:
    """Replay the day in the current brand. Raises what `change` raises.

    `on_arrival` is called for each arrival that is played, with how many there will be.
    """
    past = read_day(day, now)
    days = {"now": past, **({"changed": change(past)} if change else {})}
    total = len(days) * len(past.arrivals)
    columns = {"as_it_was": summary_of(past.as_it_was, past.queue_names)}
    for name, one in days.items():
        outcome = simulate(
            one.arrivals, one.shifts, fresh_desk(one.desk), until=one.until, on_arrival=lambda: on_arrival(total)
        )
        columns[name] = summary_of(outcome, one.queue_names)
    return Trial(day, len(past.arrivals), past.cut, columns)


def written(changes: Changes) -> Change:
    """What somebody wrote (changes.py). Applying it raises BadChange."""
    return lambda past: replace(past, desk=apply_changes(past.desk, past.queue_names, changes, past.skill_names))


def queue_as(
    queue: Queue, skills: Iterable[Skill], members: Mapping[UUID, int | None], *, instead_of: UUID | None = None
) -> Change:
    """With this queue as it stands here, saved or not; `members` are all who serve it, with their capacity in it.

    One that did not exist that day got nothing: what came to the queue `instead_of` comes here instead.
    """
    rules = rules_of(queue, skills)

    def change(past: Past) -> Past:
        arrivals = [
            replace(one, waiting=replace(one.waiting, queue_id=queue.pk)) if one.waiting.queue_id == instead_of else one
            for one in past.arrivals
        ]
        names = {**past.queue_names, queue.pk: queue.name}
        return replace(past, desk=with_queue(past.desk, rules, members), arrivals=arrivals, queue_names=names)

    return change


def agent_as(agent: Agent, skills: Iterable[Skill], memberships: Mapping[UUID, int | None]) -> Change:
    """With this agent as it stands here, saved or not; without it where it is switched off."""
    facts = AgentFacts(
        agent.pk,
        agent.display_name,
        agent.capacity,
        languages=tuple(agent.languages),
        skills=frozenset(skill.pk for skill in skills),
        memberships=memberships,
    )

    def change(past: Past) -> Past:
        desk = with_agent(past.desk, facts) if agent.is_active else without_agent(past.desk, agent.pk)
        return replace(past, desk=desk)

    return change
